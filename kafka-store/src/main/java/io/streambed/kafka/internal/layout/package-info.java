/** Keys of stores that are more than key and value, as bytes: which key stands where, and which range holds what. Pure functions. */
@NullMarked
package io.streambed.kafka.internal.layout;

import org.jspecify.annotations.NullMarked;
