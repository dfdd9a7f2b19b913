/** What came of a benchmark, for people and for programs. */
@NullMarked
package io.streambed.examples.benchmark.report;

import org.jspecify.annotations.NullMarked;
