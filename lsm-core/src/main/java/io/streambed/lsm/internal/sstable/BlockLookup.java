package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.bytes.Varint;
import io.streambed.lsm.internal.entry.Lookup;
import io.streambed.lsm.internal.entry.SeqRanges;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The search for one key in a block. The hottest code of all, so nothing is decoded twice or allocated. Checks what it reads, and
 * that is one entry as a rule.
 */
final class BlockLookup {
    /** No version in this block counts, but the block ends with one of the key: the next may have more. By identity. */
    static final byte[] GOES_ON = new byte[0];

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Read at once of a block that is read in pieces: header, tags, offsets and prefix of some 50 entries. */
    private static final int FRONT_BYTES = 160;

    /** Most bytes of a varint. */
    private static final int VARINT_BYTES = 9;

    private static final long LOWEST_BITS = 0x0101_0101_0101_0101L;
    private static final long HIGHEST_BITS = 0x8080_8080_8080_8080L;

    private BlockLookup() {}

    /**
     * The newest version of a key that is not newer than {@code maxSeqNo} and not void: a copy of its value, {@link
     * Lookup#TOMBSTONE}, {@code null} or {@link #GOES_ON}.
     *
     * @param block an array that begins with a block, and has a trailer's bytes behind it
     * @param end length of the block
     * @param pieces where the block lies if it is not there yet, and is to be read in pieces; else {@code null}
     * @throws MalformedBytesException if what stands where the key should be makes no sense
     */
    static byte @Nullable [] get(
            byte[] block,
            int end,
            @Nullable BlockScratch pieces,
            byte[] key,
            int keyOffset,
            int keyLength,
            long keyHash,
            long maxSeqNo,
            SeqRanges voids)
            throws IOException, MalformedBytesException {
        if (pieces != null) {
            pieces.readFront(Math.min(end, FRONT_BYTES));
        }
        int count = DataBlock.count(block, 0, end);
        boolean wide = DataBlock.isWide(block, 0);
        int table = DataBlock.HEADER_BYTES + count;
        int prefix = DataBlock.prefixPosition(count, wide);
        if (pieces != null) {
            pieces.readFront(Math.min(end, prefix + VARINT_BYTES));
        }
        long prefixLength = DataBlock.boundedVarint(block, prefix, end);
        prefix += Varint.size(prefixLength);
        if (prefixLength < 0 || prefixLength > end - prefix) {
            throw DataBlock.malformed("prefix of " + prefixLength + " bytes");
        }
        if (pieces != null) {
            pieces.readFront(prefix + (int) prefixLength);
        }
        boolean goesOn = false;
        long pattern = (keyHash & 0xff) * LOWEST_BITS;
        for (int first = 0; first < count; first += 8) {
            // Eight tags at once: a byte of the difference is zero where the tag is the wanted one. The trick may
            // also mark a byte above a zero one; comparing keys sorts that out. Reads beyond the last tag stay within
            // the block and its trailer: what follows the tags is longer than seven bytes.
            long difference = (long) LONG.get(block, DataBlock.HEADER_BYTES + first) ^ pattern;
            long matches = (difference - LOWEST_BITS) & ~difference & HIGHEST_BITS;
            for (; matches != 0; matches &= matches - 1) {
                int index = first + (Long.numberOfTrailingZeros(matches) >>> 3);
                if (index >= count) {
                    break;
                }
                int raw = DataBlock.rawOffset(block, table, wide, index);
                int at = DataBlock.offset(raw, wide);
                int valueEnd = index + 1 < count
                        ? DataBlock.offset(DataBlock.rawOffset(block, table, wide, index + 1), wide)
                        : end;
                if (at > valueEnd || valueEnd > end) {
                    throw DataBlock.malformed("entry " + index);
                }
                if (pieces != null) {
                    pieces.readPiece(at, valueEnd);
                }
                long shared = 0;
                if (raw >= 0) {
                    shared = DataBlock.boundedVarint(block, at, end);
                    at += Varint.size(shared);
                }
                long unshared = DataBlock.boundedVarint(block, at, end);
                at += Varint.size(unshared);
                if (prefixLength + shared + unshared != keyLength) {
                    continue;
                }
                long seqNoAndKind = DataBlock.boundedVarint(block, at, end);
                at += Varint.size(seqNoAndKind);
                if (shared < 0 || unshared < 0 || seqNoAndKind < 0 || unshared > valueEnd - at) {
                    throw DataBlock.malformed("entry " + index);
                }
                int valueStart = at + (int) unshared;
                int rest = keyOffset + (int) prefixLength;
                if (!same(block, at, key, rest + (int) shared, (int) unshared)
                        || !same(block, prefix, key, keyOffset, (int) prefixLength)) {
                    continue;
                }
                if (shared > 0 && !sameAsHead(block, end, pieces, table, wide, index, key, rest, (int) shared)) {
                    continue;
                }
                long seqNo = seqNoAndKind >>> 1;
                if (seqNo <= maxSeqNo && (voids.isEmpty() || !voids.contains(seqNo))) {
                    return (seqNoAndKind & 1) != 0 ? Lookup.TOMBSTONE : Arrays.copyOfRange(block, valueStart, valueEnd);
                }
                goesOn = index + 1 == count;
            }
        }
        return goesOn ? GOES_ON : null;
    }

    private static boolean sameAsHead(
            byte[] block,
            int end,
            @Nullable BlockScratch pieces,
            int table,
            boolean wide,
            int index,
            byte[] key,
            int keyPosition,
            int length)
            throws IOException, MalformedBytesException {
        if (!DataBlock.beginsWithHead(block, table, wide)) {
            throw DataBlock.malformed("first entry, which is no head");
        }
        int head = DataBlock.headOf(block, table, wide, index);
        int at = DataBlock.offset(DataBlock.rawOffset(block, table, wide, head), wide);
        if (at > end) {
            throw DataBlock.malformed("head " + head + " of entry " + index);
        }
        if (pieces != null) {
            pieces.readPiece(at, (int) Math.min(end, at + 2L * VARINT_BYTES + length));
        }
        long unshared = DataBlock.boundedVarint(block, at, end);
        at += Varint.size(unshared);
        long seqNoAndKind = DataBlock.boundedVarint(block, at, end);
        at += Varint.size(seqNoAndKind);
        if (unshared < length || seqNoAndKind < 0 || length > end - at) {
            throw DataBlock.malformed("head " + head + " of entry " + index);
        }
        return same(block, at, key, keyPosition, length);
    }

    /** For keys, which are short: {@link Arrays#equals} takes longer to begin than this takes to end. */
    private static boolean same(byte[] block, int position, byte[] key, int keyPosition, int length) {
        int i = 0;
        for (; i <= length - 8; i += 8) {
            if ((long) LONG.get(block, position + i) != (long) LONG.get(key, keyPosition + i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (block[position + i] != key[keyPosition + i]) {
                return false;
            }
        }
        return true;
    }
}
