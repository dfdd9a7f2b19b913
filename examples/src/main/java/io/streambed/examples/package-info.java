/** Streaming apps that run by themselves, with their state in Streambed's stores. */
@NullMarked
package io.streambed.examples;

import org.jspecify.annotations.NullMarked;
