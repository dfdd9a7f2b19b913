/** What is measured: the rows of the table, and the scenarios that they come from, each run in a process of its own. */
@NullMarked
package io.streambed.examples.benchmark.row;

import org.jspecify.annotations.NullMarked;
