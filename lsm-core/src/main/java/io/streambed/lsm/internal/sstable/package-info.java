/**
 * Tables: immutable sorted files, written once and then read by many threads. {@link
 * io.streambed.lsm.internal.sstable.TableWriter} writes one; {@link io.streambed.lsm.internal.sstable.TableCache} hands out
 * the {@link io.streambed.lsm.internal.sstable.TableReader} of one and bounds how many files are open; {@link
 * io.streambed.lsm.internal.sstable.BlockCache} keeps their blocks in memory. The picture of the file is on {@code
 * TableFormat}, that of a block on {@code DataBlock}.
 */
@NullMarked
package io.streambed.lsm.internal.sstable;

import org.jspecify.annotations.NullMarked;
