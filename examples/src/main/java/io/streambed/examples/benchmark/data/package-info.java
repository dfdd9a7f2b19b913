/** Keys, values and orders of access, made from numbers so that whatever a store returns can be checked. */
@NullMarked
package io.streambed.examples.benchmark.data;

import org.jspecify.annotations.NullMarked;
