/** The stores as Kafka Streams sees them, and their suppliers. Each has a {@code StoreEngine} and adds its own shape to it. */
@NullMarked
package io.streambed.kafka.internal.store;

import org.jspecify.annotations.NullMarked;
