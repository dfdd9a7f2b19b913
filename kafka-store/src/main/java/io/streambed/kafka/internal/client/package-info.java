/**
 * How the stores learn of committed transactions: a producer that tells them. Uses Kafka's public API alone.
 *
 * <p>Apart from the engine's commit, which knows nothing of producers: once Kafka Streams commits its stores with each transaction by
 * itself, this package goes and nothing else does.
 */
@NullMarked
package io.streambed.kafka.internal.client;

import org.jspecify.annotations.NullMarked;
