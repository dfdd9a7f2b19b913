/**
 * The sorted write buffer: a hash index over an arena for point reads and writes, and a sorted index made when somebody asks.
 *
 * <pre>
 *  put ──► Arena (nodes and versions in slabs) ◄── HashIndex (hash → node) ◄── get
 *             ▲
 *             └── ArrivalList (nodes as they came) ──► SortedIndex (sorted chunks) ◄── NodeCursor ◄── iterator
 *                                              └─────► GroupIndex (hash of a prefix → few nodes)  ◄── iterator of a group
 * </pre>
 */
@NullMarked
package io.streambed.lsm.internal.memtable;

import org.jspecify.annotations.NullMarked;
