/**
 * The benchmark: our stores beside Kafka's, row by row. A package uses only what stands below it:
 *
 * <pre>
 * (here)          the command line, the order of runs, the processes
 *  └► report      what came of it as text, Markdown, JSON and a page with plots; uses the package plot
 *      └► row     what is measured; runs in a process of its own
 *          └► store, measure     the stores under test; how to measure
 *              └► data           keys and values
 * </pre>
 */
@NullMarked
package io.streambed.examples.benchmark;

import org.jspecify.annotations.NullMarked;
