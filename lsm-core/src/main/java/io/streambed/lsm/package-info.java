/**
 * Streambed's storage engine: a log-structured merge-tree (O'Neil et al., 1996) in pure Java, an ordered map from byte strings to
 * byte strings on disk.
 *
 * <pre>{@code
 * try (LsmTree tree = LsmTree.open(Path.of("state"))) {
 *     tree.put(key, value);
 *     byte[] found = tree.get(key);
 * }
 * }</pre>
 *
 * <p>The house, lowest first; a package uses only what stands after its arrow, and {@code ArchitectureTest} holds it to that:
 *
 * <pre>
 * bytes      -> nothing                  byte views, varints, checksums, heads and hashes of keys
 * fs         -> nothing                  the one door to files
 * entry      -> bytes                    entries and the iterator over them
 * log        -> bytes fs                 framed records, the write-ahead log
 * memtable   -> bytes entry              the sorted write buffer
 * sstable    -> bytes fs entry           blocks, index, filter, tables, their caches
 * version    -> bytes fs entry log       which tables there are: values without open files
 * iterator   -> bytes entry sstable version     merging, run and visible iterators
 * compaction -> those above              pickers (decide), jobs (do), flush
 * runtime    -> nothing                  the background threads of the process
 * lsm        -> all                      this package: the public face, and the write, read and recovery paths
 * </pre>
 */
@NullMarked
package io.streambed.lsm;

import org.jspecify.annotations.NullMarked;
