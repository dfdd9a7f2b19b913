package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.Varint;
import java.util.Arrays;

/**
 * Collects the entries of one {@link DataBlock} after another. Reused, so that no block allocates anything once the arrays
 * have grown to the usual size.
 *
 * <p>Which entries become heads is decided here, and only here. Sharing with a head instead of with the entry before makes
 * every entry readable by itself, but loses bytes where keys come in clusters (the windows of one key, say) and a cluster
 * begins in the middle of a group. So when an entry shares clearly more with the one before than with the head, the one before
 * is made a head after the fact: it is still the last in the buffer, and takes back the bytes it shared. Bytes of key stored
 * an entry, 32 entries a block, groups of 16 (sharing with the entry before, restarts every 16 / every 4 | with a fixed head |
 * with heads chosen like this):
 *
 * <pre>
 *  21 random bytes                                     18.3 / 18.8 | 18.9 | 18.9
 *  "user-" and nine digits                              2.2 /  4.7 |  3.0 |  3.0
 *  segment, key of 16, time, number; 3 windows a key   15.3 / 19.6 | 25.9 | 17.3
 *  the same, 10 windows a key                          10.9 / 16.2 | 20.5 | 11.7
 *  the same, key of 40                                 14.7 / 24.0 | 35.6 | 14.9
 * </pre>
 */
final class BlockBuilder {
    private static final int HEAD = 1 << 31;

    /** Moving the rest of an entry costs a copy of it; beyond this size the copy costs more than a few bytes of key gain. */
    private static final int MAX_PROMOTED_BYTES = 4096;

    /** Arrays that grew beyond this for one huge entry are given back. */
    private static final int KEPT_BYTES = 1 << 20;

    private final int restartInterval;

    private byte[] entries = new byte[8192];
    private int length;
    private byte[] tags = new byte[256];
    private int[] offsets = new int[256];
    private int count;

    private int head;
    private int headKey;
    private int headKeyLength;
    private int lastShared;
    private int lastKeyLength;
    private long lastSeqNoAndKind;

    BlockBuilder(int restartInterval) {
        this.restartInterval = restartInterval;
    }

    int count() {
        return count;
    }

    /** Bytes of the block as it is now, without the trailer. */
    long length() {
        return DataBlock.frontBytes(count, wide()) + (long) length;
    }

    /**
     * Appends an entry.
     *
     * @param tag of the key, see {@link DataBlock#tag}
     * @param sharedWithLast bytes that the key has in common with the one before
     */
    void add(
            byte[] key,
            int keyOffset,
            int keyLength,
            byte tag,
            int sharedWithLast,
            long seqNoAndKind,
            byte[] value,
            int valueOffset,
            int valueLength) {
        int shared = 0;
        boolean isHead = count == 0;
        if (!isHead) {
            shared = sharedWithHead(key, keyOffset, keyLength);
            if (isWorthPromoting(sharedWithLast - shared)) {
                promoteLast();
                shared = sharedWithLast;
            } else if (count - head >= restartInterval) {
                isHead = true;
                shared = 0;
            }
        }
        reserve(3L * Varint.MAX_LONG_BYTES + keyLength + valueLength);
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, 2 * count);
            tags = Arrays.copyOf(tags, 2 * count);
        }
        tags[count] = tag;
        offsets[count] = isHead ? length | HEAD : length;
        int unshared = keyLength - shared;
        length = putHeader(length, shared, unshared, seqNoAndKind);
        if (isHead) {
            head = count;
            headKey = length;
            headKeyLength = keyLength;
        }
        System.arraycopy(key, keyOffset + shared, entries, length, unshared);
        System.arraycopy(value, valueOffset, entries, length + unshared, valueLength);
        length += unshared + valueLength;
        lastShared = shared;
        lastKeyLength = keyLength;
        lastSeqNoAndKind = seqNoAndKind;
        count++;
    }

    /** The block's entries, {@link #entriesLength()} bytes of them, until the next change. */
    byte[] entries() {
        return entries;
    }

    int entriesLength() {
        return length;
    }

    int frontLength() {
        return DataBlock.frontBytes(count, wide());
    }

    /** Writes the {@link #frontLength()} bytes in front of the entries. */
    void putFront(byte[] target) {
        DataBlock.putFront(target, tags, offsets, count, wide());
    }

    /** Forgets the entries. */
    void clear() {
        count = 0;
        length = 0;
        if (entries.length > KEPT_BYTES) {
            entries = new byte[8192];
        }
    }

    private boolean wide() {
        return length > DataBlock.WIDE_FROM;
    }

    private int sharedWithHead(byte[] key, int keyOffset, int keyLength) {
        int mismatch =
                Arrays.mismatch(entries, headKey, headKey + headKeyLength, key, keyOffset, keyOffset + keyLength);
        return mismatch < 0 ? keyLength : mismatch;
    }

    private boolean isWorthPromoting(int gain) {
        return gain > 2
                && gain > lastShared / 2
                && length - DataBlock.offset(offsets[count - 1], true) <= MAX_PROMOTED_BYTES + lastKeyLength;
    }

    private void promoteLast() {
        int start = offsets[count - 1];
        int oldRest = start
                + Varint.size(lastShared)
                + Varint.size(lastKeyLength - lastShared)
                + Varint.size(lastSeqNoAndKind);
        int newKey = start + 1 + Varint.size(lastKeyLength) + Varint.size(lastSeqNoAndKind);
        int grown = newKey + lastShared - oldRest;
        reserve(grown);
        System.arraycopy(entries, oldRest, entries, newKey + lastShared, length - oldRest);
        putHeader(start, 0, lastKeyLength, lastSeqNoAndKind);
        System.arraycopy(entries, headKey, entries, newKey, lastShared);
        length += grown;
        offsets[count - 1] = start | HEAD;
        head = count - 1;
        headKey = newKey;
        headKeyLength = lastKeyLength;
        lastShared = 0;
    }

    private int putHeader(int position, int shared, int unshared, long seqNoAndKind) {
        int at = Varint.put(entries, position, shared);
        at = Varint.put(entries, at, unshared);
        return Varint.put(entries, at, seqNoAndKind);
    }

    private void reserve(long bytes) {
        long needed = length + bytes;
        if (needed > entries.length) {
            if (needed > Integer.MAX_VALUE - 64) {
                throw new IllegalArgumentException("a block of more than 2 GiB");
            }
            // Doubling is for many small entries; a huge one gets what it needs and no more.
            long grown = Math.max(needed, Math.min(2L * entries.length, entries.length + (long) KEPT_BYTES));
            entries = Arrays.copyOf(entries, (int) Math.min(Integer.MAX_VALUE - 64, grown));
        }
    }
}
