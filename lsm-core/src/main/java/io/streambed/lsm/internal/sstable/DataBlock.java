package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.MalformedBytesException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The layout of a block of entries. Little-endian. On disk, never change.
 *
 * <pre>
 *  0        4          4+n              4+n+w·n
 *  | header | tag · n  | offset · n     | varint length, prefix | entry · n … |      then the trailer, see BlockTrailer
 *
 *  header   number of entries n (31 bits); top bit: offsets are wide
 *  tag      lowest byte of the key's hash, one for each entry
 *  offset   where the entry begins in the block; w = 2 bytes, or 4 if wide; top bit: the entry is a head
 *  prefix   what all keys of the block have in common, or less
 *
 *  head     | varint unshared | varint seqNo·2 + isDelete | suffix | value up to the next entry |
 *  others   | varint shared | varint unshared | varint seqNo·2 + isDelete | suffix | value up to the next entry |
 * </pre>
 *
 * Entries are in internal order. The key of a head is the prefix and its suffix. The key of any other entry is the prefix, the
 * first {@code shared} bytes of the suffix of the last head before it, and its own suffix. The first entry is a head; the
 * writer chooses the others.
 *
 * <p>Why this shape: what a point read costs is its chain of memory accesses that wait for one another, 90 to 210 ns each
 * once the blocks are more than the processor's own caches hold. Here tags and offsets lie together at the front, beside the
 * array's own header: one access tells which entry has the key, the next one is that entry. Measured with 500,000 entries of
 * 20 + 100 bytes, all blocks in the cache, value copied: 330 to 480 ns by tags, 900 ns by binary search over the entries of the
 * same blocks. The offsets cost nothing: they say where values end, so that no entry has to hold its value's length. They also
 * make every entry reachable by itself, so going backwards costs what going forwards does.
 *
 * <p>A block is not checked as a whole: who reads it ({@link BlockLookup}, {@link BlockCursor}) checks the lengths of what it
 * reads, and so stays within the block whatever stands there. To check all entries took longer than to find one of them.
 */
final class DataBlock {
    static final int HEADER_BYTES = 4;

    /** Blocks longer than this need wide offsets. */
    static final int MAX_NARROW_BYTES = (1 << 15) - 1;

    private static final int WIDE = 1 << 31;

    /** Of each byte of a varint but its last one. */
    static final long CONTINUED = 0x8080_8080_8080_8080L;

    /** A shortest entry: one byte each for length of the suffix and sequence number. */
    private static final int MIN_ENTRY_BYTES = 2;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private DataBlock() {}

    /** The tag of a key. */
    static byte tag(long keyHash) {
        return (byte) keyHash;
    }

    /** Writes header, tags and offsets at the start of a block that begins at {@code base}; the offsets have the sign bit set for heads. */
    static void putFront(byte[] target, int base, byte[] tags, int[] offsets, int count, boolean wide) {
        INT.set(target, base, wide ? count | WIDE : count);
        System.arraycopy(tags, 0, target, base + HEADER_BYTES, count);
        int table = base + HEADER_BYTES + count;
        for (int i = 0; i < count; i++) {
            if (wide) {
                INT.set(target, table + 4 * i, offsets[i]);
            } else {
                SHORT.set(target, table + 2 * i, (short) (offsets[i] | offsets[i] >>> 16));
            }
        }
    }

    /** Where the length of the prefix stands. */
    static int prefixPosition(int count, boolean wide) {
        return HEADER_BYTES + count * (wide ? 5 : 3);
    }

    static boolean isWide(byte[] block, int base) {
        return (int) INT.get(block, base) < 0;
    }

    /** The offset of an entry as it stands in the table of offsets at {@code table}: negative for a head. */
    static int rawOffset(byte[] block, int table, boolean wide, int index) {
        return wide ? (int) INT.get(block, table + 4 * index) : (short) SHORT.get(block, table + 2 * index);
    }

    /** The offset without the mark of a head. */
    static int offset(int rawOffset, boolean wide) {
        return rawOffset & (wide ? ~WIDE : MAX_NARROW_BYTES);
    }

    /** Index of the last head at or before an entry. */
    static int headOf(byte[] block, int table, boolean wide, int index) {
        int head = index;
        while (rawOffset(block, table, wide, head) >= 0) {
            head--;
        }
        return head;
    }

    /** Number of entries: at least one, and so many that tags and offsets are within the block. */
    static int count(byte[] block, int base, int end) throws MalformedBytesException {
        int length = end - base;
        if (length < HEADER_BYTES + 1 + 2 + 1 + MIN_ENTRY_BYTES) {
            throw new MalformedBytesException("block of " + length + " bytes is too short to hold an entry");
        }
        int header = (int) INT.get(block, base);
        int count = header & ~WIDE;
        int most = (length - HEADER_BYTES - 1) / (MIN_ENTRY_BYTES + 1 + (header < 0 ? 4 : 2));
        if (count < 1 || count > most) {
            throw new MalformedBytesException("block of " + length + " bytes cannot hold " + count + " entries");
        }
        return count;
    }

    /** Whether there is a head at or before every entry: else {@link #headOf} must not be asked. */
    static boolean beginsWithHead(byte[] block, int table, boolean wide) {
        return rawOffset(block, table, wide, 0) < 0;
    }

    static MalformedBytesException malformed(String what) {
        return new MalformedBytesException("block with a malformed " + what);
    }

    /**
     * Reads an integer of at most 63 bits that must end before {@code end}; -1 if it does not. The shortest form is the only
     * one that is taken, so that the size of a number tells where it ended.
     */
    static long boundedVarint(byte[] block, int position, int end) {
        if (position < end) {
            byte first = block[position];
            return first >= 0 ? first : longerVarint(block, position, end);
        }
        return -1;
    }

    private static long longerVarint(byte[] block, int position, int end) {
        if (position > block.length - Long.BYTES) {
            return byteByByte(block, position, end);
        }
        long word = (long) LONG.get(block, position);
        long lastBytes = ~word & CONTINUED;
        if (lastBytes == 0) {
            return byteByByte(block, position, end);
        }
        int lastBit = Long.numberOfTrailingZeros(lastBytes);
        return position + (lastBit >>> 3) < end ? varint(word, lastBit) : -1;
    }

    /**
     * The integer that begins with the lowest byte of a word, and whose last byte has its highest bit at {@code lastBit}; -1 if a shorter
     * form would do. Without branches: sequence numbers take two to five bytes, and a loop over them is mispredicted again and again.
     */
    static long varint(long word, int lastBit) {
        if (lastBit > 7 && ((word >>> (lastBit - 7)) & 0x7f) == 0) {
            return -1;
        }
        long groups = word & ~CONTINUED & (-1L >>> (63 - lastBit));
        groups = (groups & 0x007f_007f_007f_007fL) | ((groups & 0x7f00_7f00_7f00_7f00L) >>> 1);
        groups = (groups & 0x0000_3fff_0000_3fffL) | ((groups & 0x3fff_0000_3fff_0000L) >>> 2);
        return (groups & 0x0fff_ffffL) | (groups >>> 32 << 28);
    }

    private static long byteByByte(byte[] block, int position, int end) {
        long value = block[position] & 0x7f;
        int at = position + 1;
        for (int shift = 7; shift < 63 && at < end; shift += 7) {
            byte next = block[at++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return next == 0 ? -1 : value;
            }
        }
        return -1;
    }
}
