/** The Kafka that an app works with: the user's, or a real broker inside the process, so that nothing but a JDK is needed. */
@NullMarked
package io.streambed.examples.broker;

import org.jspecify.annotations.NullMarked;
