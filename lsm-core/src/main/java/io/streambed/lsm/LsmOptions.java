package io.streambed.lsm;

import io.streambed.lsm.bytes.Slice;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one tree; immutable. {@link #defaults()} is right for a Kafka Streams state store. All sizes are in bytes. May
 * differ from one opening of a directory to the next.
 *
 * @param name what messages, events and metrics call the tree; not empty
 * @param durability what a commit survives
 * @param commitEveryWrite whether each write or batch is a commit of its own. If not, everything since the last {@link
 *     LsmTree#commit} is void after a crash
 * @param writeBufferBytes memory of one memtable before it is flushed, 64 KiB to 1 GiB; 16 MiB by default. Smaller: more and smaller tables, more
 *     compaction. Larger: more memory, and a longer replay after a crash. Up to twice as much while there is no room for a further one
 * @param maxWriteBuffers memtables in memory, the active one and those that wait for their flush, 2 to 16; with all of them full
 *     a write waits; 3 by default
 * @param blockBytes size of a table's block before compression, 512 B to 1 MiB; 4 KiB by default. Smaller: faster point reads, larger indexes.
 *     Larger: better compression, faster scans
 * @param filterBitsPerKey size of the Bloom filters, 4 to 32 bits a key; 10 lets 1 in 100 missing keys through
 * @param compression how blocks are compressed
 * @param compactionStyle which tables are merged, and when
 * @param seekCompaction whether a tree at rest merges runs for nothing but the ranges that are read in several of them; in the hybrid style
 *     only, and not by an executor of the user's own. Not worth it where scans pass by whole runs by their times ({@link KeyTime}), which a
 *     merge would mix
 * @param tableBytes size at which compaction begins the next table, 64 KiB to 2 GiB; 32 MiB by default
 * @param level0Slowdown number of runs in level 0 from which on writes are slowed down, so that compaction keeps up, 4 to 1000; 20 by default
 * @param level0Stall number of runs in level 0 at which writes wait until compaction has caught up; greater than {@code
 *     level0Slowdown}, up to 2000; 36 by default
 * @param expiry which entries expire, or {@code null} if none ever does
 * @param keyTime the time that is a part of each key, or {@code null} if there is none
 * @param groupSuffixBytes how many bytes at the end of a key tell it from others of its group: keys of one length that are alike in all other
 *     bytes, and are asked for together ({@link KeyRange#ofGroup}). 0 if there are no groups; up to 64
 */
public record LsmOptions(
        String name,
        Durability durability,
        boolean commitEveryWrite,
        long writeBufferBytes,
        int maxWriteBuffers,
        int blockBytes,
        int filterBitsPerKey,
        Compression compression,
        CompactionStyle compactionStyle,
        boolean seekCompaction,
        long tableBytes,
        int level0Slowdown,
        int level0Stall,
        @Nullable Expiry expiry,
        @Nullable KeyTime keyTime,
        int groupSuffixBytes) {

    private static final LsmOptions DEFAULTS = new LsmOptions(
            "lsm",
            Durability.PROCESS,
            true,
            16L << 20,
            3,
            4 << 10,
            10,
            Compression.NONE,
            CompactionStyle.HYBRID,
            true,
            32L << 20,
            20,
            36,
            null,
            null,
            0);

    /** Fails with {@link LsmException.Kind#INVALID}, naming setting, value and range, if one is out of range. */
    public LsmOptions {
        Objects.requireNonNull(durability, "durability");
        Objects.requireNonNull(compression, "compression");
        Objects.requireNonNull(compactionStyle, "compactionStyle");
        if (name.isEmpty()) {
            throw new LsmException(LsmException.Kind.INVALID, "name must not be empty");
        }
        checkRange("writeBufferBytes", writeBufferBytes, 64L << 10, 1L << 30);
        checkRange("maxWriteBuffers", maxWriteBuffers, 2, 16);
        checkRange("blockBytes", blockBytes, 512, 1 << 20);
        checkRange("filterBitsPerKey", filterBitsPerKey, 4, 32);
        checkRange("tableBytes", tableBytes, 64L << 10, 2L << 30);
        checkRange("level0Slowdown", level0Slowdown, 4, 1000);
        checkRange("level0Stall", level0Stall, level0Slowdown + 1, 2000);
        checkRange("groupSuffixBytes", groupSuffixBytes, 0, 64);
    }

    /** Settings that are right for a Kafka Streams state store, with a commit at every write. */
    public static LsmOptions defaults() {
        return DEFAULTS;
    }

    /** A builder that begins with {@link #defaults()}. */
    public static Builder builder() {
        return DEFAULTS.toBuilder();
    }

    /** A builder that begins with these settings. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** {@link #keyTime()} for those parts of the engine that know no trees. */
    @Nullable
    ToLongFunction<Slice> timeOfKeys() {
        KeyTime time = keyTime;
        return time == null ? null : time::of;
    }

    /** Sets settings one by one. Used by one thread at a time. */
    public static final class Builder {
        private String name;
        private Durability durability;
        private boolean commitEveryWrite;
        private long writeBufferBytes;
        private int maxWriteBuffers;
        private int blockBytes;
        private int filterBitsPerKey;
        private Compression compression;
        private CompactionStyle compactionStyle;
        private boolean seekCompaction;
        private long tableBytes;
        private int level0Slowdown;
        private int level0Stall;
        private @Nullable Expiry expiry;
        private @Nullable KeyTime keyTime;
        private int groupSuffixBytes;

        private Builder(LsmOptions from) {
            this.name = from.name;
            this.durability = from.durability;
            this.commitEveryWrite = from.commitEveryWrite;
            this.writeBufferBytes = from.writeBufferBytes;
            this.maxWriteBuffers = from.maxWriteBuffers;
            this.blockBytes = from.blockBytes;
            this.filterBitsPerKey = from.filterBitsPerKey;
            this.compression = from.compression;
            this.compactionStyle = from.compactionStyle;
            this.seekCompaction = from.seekCompaction;
            this.tableBytes = from.tableBytes;
            this.level0Slowdown = from.level0Slowdown;
            this.level0Stall = from.level0Stall;
            this.expiry = from.expiry;
            this.keyTime = from.keyTime;
            this.groupSuffixBytes = from.groupSuffixBytes;
        }

        /** See {@link LsmOptions#name()}. */
        public Builder name(String value) {
            this.name = value;
            return this;
        }

        /** See {@link LsmOptions#durability()}. */
        public Builder durability(Durability value) {
            this.durability = value;
            return this;
        }

        /** See {@link LsmOptions#commitEveryWrite()}. */
        public Builder commitEveryWrite(boolean value) {
            this.commitEveryWrite = value;
            return this;
        }

        /** See {@link LsmOptions#writeBufferBytes()}. */
        public Builder writeBufferBytes(long value) {
            this.writeBufferBytes = value;
            return this;
        }

        /** See {@link LsmOptions#maxWriteBuffers()}. */
        public Builder maxWriteBuffers(int value) {
            this.maxWriteBuffers = value;
            return this;
        }

        /** See {@link LsmOptions#blockBytes()}. */
        public Builder blockBytes(int value) {
            this.blockBytes = value;
            return this;
        }

        /** See {@link LsmOptions#filterBitsPerKey()}. */
        public Builder filterBitsPerKey(int value) {
            this.filterBitsPerKey = value;
            return this;
        }

        /** See {@link LsmOptions#compression()}. */
        public Builder compression(Compression value) {
            this.compression = value;
            return this;
        }

        /** See {@link LsmOptions#compactionStyle()}. */
        public Builder compactionStyle(CompactionStyle value) {
            this.compactionStyle = value;
            return this;
        }

        /** See {@link LsmOptions#seekCompaction()}. */
        public Builder seekCompaction(boolean value) {
            this.seekCompaction = value;
            return this;
        }

        /** See {@link LsmOptions#tableBytes()}. */
        public Builder tableBytes(long value) {
            this.tableBytes = value;
            return this;
        }

        /** See {@link LsmOptions#level0Slowdown()}. */
        public Builder level0Slowdown(int value) {
            this.level0Slowdown = value;
            return this;
        }

        /** See {@link LsmOptions#level0Stall()}. */
        public Builder level0Stall(int value) {
            this.level0Stall = value;
            return this;
        }

        /** See {@link LsmOptions#expiry()}. */
        public Builder expiry(@Nullable Expiry value) {
            this.expiry = value;
            return this;
        }

        /** See {@link LsmOptions#keyTime()}. */
        public Builder keyTime(@Nullable KeyTime value) {
            this.keyTime = value;
            return this;
        }

        /** See {@link LsmOptions#groupSuffixBytes()}. */
        public Builder groupSuffixBytes(int value) {
            this.groupSuffixBytes = value;
            return this;
        }

        /** The settings; fails as the constructor of {@link LsmOptions} does. */
        public LsmOptions build() {
            return new LsmOptions(
                    name,
                    durability,
                    commitEveryWrite,
                    writeBufferBytes,
                    maxWriteBuffers,
                    blockBytes,
                    filterBitsPerKey,
                    compression,
                    compactionStyle,
                    seekCompaction,
                    tableBytes,
                    level0Slowdown,
                    level0Stall,
                    expiry,
                    keyTime,
                    groupSuffixBytes);
        }
    }

    static void checkRange(String setting, long value, long least, long most) {
        if (value < least || value > most) {
            throw new LsmException(
                    LsmException.Kind.INVALID,
                    setting + " = " + value + " is out of range; it may be " + least + " to " + most);
        }
    }
}
