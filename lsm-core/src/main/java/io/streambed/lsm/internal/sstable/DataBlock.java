package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.bytes.Varint;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The layout of a block of entries, and the search in it. Little-endian. On disk, never change.
 *
 * <pre>
 *  0        4          4+n              4+n+w·n
 *  | header | tag · n  | offset · n     | entry · n … |       then the trailer, see BlockTrailer
 *
 *  header   number of entries n (31 bits); top bit: offsets are wide
 *  tag      lowest byte of the key's hash, one for each entry
 *  offset   where the entry begins behind the offsets; w = 2 bytes, or 4 if wide; top bit: the entry is a head
 *
 *  entry    | varint shared | varint unshared | varint seqNo·2 + isDelete | key suffix | value up to the next entry |
 * </pre>
 *
 * Entries are in internal order. The key of an entry is the first {@code shared} bytes of the key of the last head before it,
 * and then its suffix; a head shares nothing. The first entry is a head; the writer chooses the others.
 *
 * <p>Why this shape: what a point read costs is its chain of memory accesses that wait for one another, 90 to 210 ns each
 * once the cache is larger than the processor's. Here tags and offsets lie together at the front, beside the array's own
 * header: one access tells which entry has the key, the next one is that entry. Binary search in a block with restart points
 * and no tags takes four. The offsets cost nothing: they say where values end, so that no entry has to hold a value's length.
 * They also make every entry reachable by itself, so going backwards costs what going forwards does.
 */
final class DataBlock {
    static final int HEADER_BYTES = 4;

    private static final int WIDE = 1 << 31;

    /** Offsets from here on need the wide form. */
    static final int WIDE_FROM = 1 << 15;

    /** A shortest entry: one byte each for shared, unshared and sequence number. */
    private static final int MIN_ENTRY_BYTES = 3;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long LOWEST_BITS = 0x0101_0101_0101_0101L;
    private static final long HIGHEST_BITS = 0x8080_8080_8080_8080L;

    private DataBlock() {}

    /** The tag of a key. */
    static byte tag(long keyHash) {
        return (byte) keyHash;
    }

    /** Bytes in front of the entries. */
    static int frontBytes(int count, boolean wide) {
        return HEADER_BYTES + count * (wide ? 5 : 3);
    }

    /** Writes what stands in front of the entries; {@code offsets} have the sign bit set for heads. */
    static void putFront(byte[] target, byte[] tags, int[] offsets, int count, boolean wide) {
        INT.set(target, 0, wide ? count | WIDE : count);
        System.arraycopy(tags, 0, target, HEADER_BYTES, count);
        int at = HEADER_BYTES + count;
        for (int i = 0; i < count; i++) {
            if (wide) {
                INT.set(target, at + 4 * i, offsets[i]);
            } else {
                SHORT.set(target, at + 2 * i, (short) (offsets[i] | offsets[i] >>> 16));
            }
        }
    }

    /** Number of entries. */
    static int count(byte[] block, int base) {
        return (int) INT.get(block, base) & ~WIDE;
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
        return rawOffset & (wide ? ~WIDE : WIDE_FROM - 1);
    }

    /**
     * Index of the first entry from {@code from} on that has the key, or -1.
     *
     * @param block a block that was checked, from its first byte on, with its trailer
     */
    static int find(byte[] block, long keyHash, byte[] key, int keyOffset, int keyLength, int from) {
        int count = count(block, 0);
        long pattern = (keyHash & 0xff) * LOWEST_BITS;
        for (int first = from; first < count; first += 8) {
            // Eight tags at once: a byte of the difference is zero where the tag is the wanted one. The trick may also
            // mark
            // a byte above a zero one; comparing keys sorts that out. Reads beyond the last tag stay within the block,
            // since each tag has an offset and an entry behind it.
            long difference = (long) LONG.get(block, HEADER_BYTES + first) ^ pattern;
            long matches = (difference - LOWEST_BITS) & ~difference & HIGHEST_BITS;
            for (; matches != 0; matches &= matches - 1) {
                int index = first + (Long.numberOfTrailingZeros(matches) >>> 3);
                if (index < count && keyEquals(block, count, index, key, keyOffset, keyLength)) {
                    return index;
                }
            }
        }
        return -1;
    }

    private static boolean keyEquals(byte[] block, int count, int index, byte[] key, int keyOffset, int keyLength) {
        boolean wide = isWide(block, 0);
        int table = HEADER_BYTES + count;
        int entries = frontBytes(count, wide);
        int at = entries + offset(rawOffset(block, table, wide, index), wide);
        int shared = (int) Varint.get(block, at);
        at += Varint.size(shared);
        int unshared = (int) Varint.get(block, at);
        if (shared + unshared != keyLength) {
            return false;
        }
        int suffix = skipVarint(block, at + Varint.size(unshared));
        if (!Arrays.equals(block, suffix, suffix + unshared, key, keyOffset + shared, keyOffset + keyLength)) {
            return false;
        }
        if (shared == 0) {
            return true;
        }
        int head = headKey(block, table, wide, entries, index);
        return Arrays.equals(block, head, head + shared, key, keyOffset, keyOffset + shared);
    }

    /** Where the key stands of the last head at or before an entry. */
    static int headKey(byte[] block, int table, boolean wide, int entries, int index) {
        int head = index;
        int raw = rawOffset(block, table, wide, head);
        while (raw >= 0) {
            raw = rawOffset(block, table, wide, --head);
        }
        return skipVarint(block, skipVarint(block, entries + offset(raw, wide) + 1));
    }

    /** Sequence number times two, plus one for a tombstone, of an entry of a checked block. */
    static long seqNoAndKind(byte[] block, int index) {
        int count = count(block, 0);
        boolean wide = isWide(block, 0);
        int at = frontBytes(count, wide) + offset(rawOffset(block, HEADER_BYTES + count, wide, index), wide);
        return Varint.get(block, skipVarint(block, skipVarint(block, at)));
    }

    /** A copy of the value of an entry of a checked block whose entries end at {@code end}. */
    static byte[] value(byte[] block, int end, int index) {
        int count = count(block, 0);
        boolean wide = isWide(block, 0);
        int table = HEADER_BYTES + count;
        int entries = frontBytes(count, wide);
        int at = skipVarint(block, entries + offset(rawOffset(block, table, wide, index), wide));
        int unshared = (int) Varint.get(block, at);
        int valueStart = skipVarint(block, skipVarint(block, at)) + unshared;
        int valueEnd = index + 1 < count ? entries + offset(rawOffset(block, table, wide, index + 1), wide) : end;
        return Arrays.copyOfRange(block, valueStart, valueEnd);
    }

    static int skipVarint(byte[] block, int position) {
        int at = position;
        while (block[at++] < 0) {}
        return at;
    }

    /**
     * Checks, once when a block comes from the file, everything that search and cursors rely on afterwards: that there is an
     * entry, that offsets ascend, that every field of every entry ends within it, and that heads have what others share.
     * Whatever then stands in the block, reading it stays within it and ends.
     */
    static void check(byte[] block, int base, int end) throws MalformedBytesException {
        int length = end - base;
        if (length < HEADER_BYTES + 2 + 1 + MIN_ENTRY_BYTES) {
            throw new MalformedBytesException("block of " + length + " bytes is too short to hold an entry");
        }
        int count = count(block, base);
        boolean wide = isWide(block, base);
        if (count < 1 || count > (length - HEADER_BYTES) / (MIN_ENTRY_BYTES + 1 + (wide ? 4 : 2))) {
            throw new MalformedBytesException("block of " + length + " bytes cannot hold " + count + " entries");
        }
        int table = base + HEADER_BYTES + count;
        int entries = base + frontBytes(count, wide);
        int headLength = -1;
        int start = entries;
        int raw = rawOffset(block, table, wide, 0);
        if (offset(raw, wide) != 0 || raw >= 0) {
            throw new MalformedBytesException("block does not begin with a head");
        }
        for (int i = 0; i < count; i++) {
            int nextRaw = i + 1 < count ? rawOffset(block, table, wide, i + 1) : 0;
            int next = i + 1 < count ? entries + offset(nextRaw, wide) : end;
            if (next < start + MIN_ENTRY_BYTES || next > end) {
                throw new MalformedBytesException("entry " + i + " of a block ends at byte " + (next - base) + " of "
                        + length + ", having begun at " + (start - base));
            }
            headLength = checkEntry(block, start, next, raw < 0 ? -1 : headLength, i);
            start = next;
            raw = nextRaw;
        }
    }

    /** Returns the length of the key of the head that counts from here on; {@code headLength} is -1 for a head. */
    private static int checkEntry(byte[] block, int start, int end, int headLength, int index)
            throws MalformedBytesException {
        int at = start;
        long shared = boundedVarint(block, at, end);
        at += Varint.size(shared);
        long unshared = boundedVarint(block, at, end);
        at += Varint.size(unshared);
        long seqNoAndKind = boundedVarint(block, at, end);
        at += Varint.size(seqNoAndKind);
        boolean fits = shared >= 0 && unshared >= 0 && seqNoAndKind >= 2;
        if (!fits || shared > Math.max(0, headLength) || unshared > end - at) {
            throw new MalformedBytesException("entry " + index + " of a block of " + (end - start)
                    + " bytes: shares " + shared + " bytes of " + headLength + ", has " + unshared
                    + " of its own, sequence number " + (seqNoAndKind >> 1));
        }
        if ((seqNoAndKind & 1) != 0 && unshared != end - at) {
            throw new MalformedBytesException("entry " + index + " of a block is a tombstone with a value");
        }
        return headLength < 0 ? (int) unshared : headLength;
    }

    /**
     * Reads an integer of at most 63 bits that must end before {@code end}; -1 if it does not. The shortest form is the only
     * one that is taken, so that the size of a number tells where it ended.
     */
    private static long boundedVarint(byte[] block, int position, int end) {
        long value = 0;
        int at = position;
        for (int shift = 0; shift < 63 && at < end; shift += 7) {
            byte next = block[at++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return next == 0 && shift > 0 ? -1 : value;
            }
        }
        return -1;
    }
}
