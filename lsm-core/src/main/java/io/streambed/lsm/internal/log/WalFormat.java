package io.streambed.lsm.internal.log;

/**
 * The records of a write-ahead log: type and payload of their frames. On disk, never change.
 *
 * <pre>
 * type     payload
 * 1 put    varint seqNo | varint key length | key | value
 * 2 delete varint seqNo | key
 * 3 batch  varint seqNo of the first operation | varint number of operations | operations, see {@link BatchEncoding}
 * 4 commit varint seqNo | metadata: 0 unchanged, 1 none from here on, 2 followed by its bytes
 * 5 follow varint length of the log before | varint bytes of it that were synced; see {@link LogHeader#ahead}
 * </pre>
 *
 * A commit makes everything up to and including its sequence number count, together with its metadata. Types 1 to 3 with the
 * top bit set, 129 to 131, are such a write and in the same record its commit, with the metadata unchanged. The operations of a
 * batch have consecutive sequence numbers.
 */
final class WalFormat {
    static final int PUT = 1;
    static final int DELETE = 2;
    static final int BATCH = 3;
    static final int COMMIT = 4;
    static final int FOLLOW = 5;

    /** Set in the type of a write that commits itself. */
    static final int COMMITS = 0x80;

    static final int METADATA_UNCHANGED = 0;
    static final int METADATA_NONE = 1;
    static final int METADATA_FOLLOWS = 2;

    private WalFormat() {}
}
