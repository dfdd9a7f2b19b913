/** A real Kafka broker inside the process, for apps and tests that should need nothing but a JDK. */
@NullMarked
package io.streambed.examples.broker;

import org.jspecify.annotations.NullMarked;
