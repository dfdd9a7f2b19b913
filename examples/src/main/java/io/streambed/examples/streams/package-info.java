/** A Streams application of an app: started, watched, waited for and closed. Knows no app. */
@NullMarked
package io.streambed.examples.streams;

import org.jspecify.annotations.NullMarked;
