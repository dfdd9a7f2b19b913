/** The way of an app's input into its topic, each record once, whatever is killed meanwhile. Knows no app. */
@NullMarked
package io.streambed.examples.input;

import org.jspecify.annotations.NullMarked;
