/** What is merged next (pickers: pure decisions on a version) and the merging itself (jobs: the I/O), flush included. */
@NullMarked
package io.streambed.lsm.internal.compaction;

import org.jspecify.annotations.NullMarked;
