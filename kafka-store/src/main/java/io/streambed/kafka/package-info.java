/** Kafka Streams state stores on the engine. */
@NullMarked
package io.streambed.kafka;

import org.jspecify.annotations.NullMarked;
