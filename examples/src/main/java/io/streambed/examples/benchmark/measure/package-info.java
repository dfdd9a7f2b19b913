/** What is measured of a row, and how: latencies, processor time, bytes written, memory, collector pauses. */
@NullMarked
package io.streambed.examples.benchmark.measure;

import org.jspecify.annotations.NullMarked;
