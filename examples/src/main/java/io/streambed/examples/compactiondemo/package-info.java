/** The app {@code compaction-demo}: what compaction does to a writer, in the writer's own thread and in the background. */
@NullMarked
package io.streambed.examples.compactiondemo;

import org.jspecify.annotations.NullMarked;
