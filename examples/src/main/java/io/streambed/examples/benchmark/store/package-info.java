/** The stores that are compared, each as Kafka Streams would hold it: made by a supplier, opened in a task's directory. */
@NullMarked
package io.streambed.examples.benchmark.store;

import org.jspecify.annotations.NullMarked;
