/**
 * Streaming apps that run by themselves, with their state in Streambed's stores. {@link io.streambed.examples.Main} is the command line;
 * a package uses only what stands below it:
 *
 * <pre>
 * Main
 *  └► wordcount, bank, pageviews, benchmark, compactiondemo   one package for each app
 *      └► input, streams     how its input gets into a topic; its Streams application
 *          └► broker         the Kafka that it works with
 *              └► app, plot  what every app stands in; plots and the pages that show them
 * </pre>
 */
@NullMarked
package io.streambed.examples;

import org.jspecify.annotations.NullMarked;
