/** The stores under whole applications on a real broker. */
package io.streambed.examples.store;
