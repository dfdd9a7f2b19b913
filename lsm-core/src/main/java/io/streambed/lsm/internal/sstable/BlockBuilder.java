package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.Varint;
import java.util.Arrays;

/**
 * Collects the entries of one {@link DataBlock} after another, and puts each block together when all of its keys are known.
 * Reused, so that no block allocates anything once the arrays have grown to the usual size.
 *
 * <p>Which entries become heads is decided here, and only here. To share with a head instead of with the entry before makes
 * every entry readable by itself, but would lose bytes where keys come in clusters (the windows of one key, say) and a cluster
 * begins in the middle of a group. So an entry becomes a head if the next one shares clearly more with it than with the head
 * so far. And to share less than {@value #LEAST_SHARED} bytes behind the block's prefix is not worth it: a point read would
 * have to look at the head, too, for one more wait for memory.
 *
 * <p>Bytes an entry besides the value, all parts of the file counted, by the most entries in a group (4 KiB blocks, values of
 * 100 bytes). Reading costs the same with all of them; so 16, behind which hardly anything is gained.
 *
 * <pre>
 *                                                      4      8     16     32
 *  21 random bytes                                   28.7   28.7   28.7   28.7
 *  "user-" and nine digits                           13.0   13.0   13.0   13.0
 *  37: segment, key of 16, time, number; 3 times     26.4   25.3   25.3   25.3
 *  the same, 10 times                                24.3   22.3   21.4   21.3
 *  61: the same with a key of 40; 10 times           32.1   27.5   25.3   25.0
 * </pre>
 */
final class BlockBuilder {
    private static final int HEAD = 1 << 31;

    private static final int LEAST_SHARED = 4;

    /** Arrays that grew beyond this for one huge entry are given back. */
    private static final int KEPT_BYTES = 1 << 20;

    private static final int MAX_BYTES = Integer.MAX_VALUE - 64;

    private final int restartInterval;

    // Of each entry: the part of the key that it does not share with the one before, then the value.
    private byte[] raw = new byte[8192];
    private int rawLength;

    private int count;
    private byte[] tags = new byte[256];
    private long[] seqNosAndKinds = new long[256];
    private int[] keyLengths = new int[256];
    private int[] sharedWithLast = new int[256];
    private int[] valueLengths = new int[256];

    /** What all keys so far have in common. */
    private int prefixLength;

    // The block as it is put together: where each entry begins, and what it shares beyond the prefix; heads have the
    // top bit.
    private int[] offsets = new int[256];
    private int[] shared = new int[256];
    private int blockLength;
    private int entriesAt;
    private boolean wide;
    private byte[] key = new byte[64];

    /** For blocks that are put together here. */
    private byte[] block = {};

    BlockBuilder(int restartInterval) {
        this.restartInterval = restartInterval;
    }

    int count() {
        return count;
    }

    /** Bytes of the block if it were put together now, near enough. */
    long estimatedBytes() {
        return DataBlock.HEADER_BYTES + 8L * count + rawLength;
    }

    /**
     * Appends an entry.
     *
     * @param tag of the key, see {@link DataBlock#tag}
     * @param sharedWithLastKey bytes that the key has in common with the one before; any number for the first
     */
    void add(
            byte[] keyArray,
            int keyOffset,
            int keyLength,
            byte tag,
            int sharedWithLastKey,
            long seqNoAndKind,
            byte[] value,
            int valueOffset,
            int valueLength) {
        if (count == tags.length) {
            growCounts();
        }
        int common = count == 0 ? 0 : sharedWithLastKey;
        prefixLength = count == 0 ? keyLength : Math.min(prefixLength, common);
        int suffixLength = keyLength - common;
        raw = withRoom(raw, rawLength, (long) suffixLength + valueLength);
        System.arraycopy(keyArray, keyOffset + common, raw, rawLength, suffixLength);
        System.arraycopy(value, valueOffset, raw, rawLength + suffixLength, valueLength);
        rawLength += suffixLength + valueLength;
        tags[count] = tag;
        seqNosAndKinds[count] = seqNoAndKind;
        keyLengths[count] = keyLength;
        sharedWithLast[count] = common;
        valueLengths[count] = valueLength;
        count++;
    }

    /** Decides how the block is put together; returns its length. Then it is {@link #put} where it goes, or taken from {@link #bytes}. */
    int finish() {
        long entryBytes = chooseHeads();
        int prefixBytes = Varint.size(prefixLength) + prefixLength;
        wide = DataBlock.prefixPosition(count, false) + prefixBytes + entryBytes > DataBlock.MAX_NARROW_BYTES;
        entriesAt = DataBlock.prefixPosition(count, wide) + prefixBytes;
        if (entriesAt + entryBytes > MAX_BYTES) {
            throw new IllegalArgumentException("a block of " + (entriesAt + entryBytes) + " bytes");
        }
        blockLength = (int) (entriesAt + entryBytes);
        return blockLength;
    }

    /** Puts the finished block together in an array that has room for it from {@code base} on. */
    void put(byte[] target, int base) {
        putEntries(target, base);
        int prefixAt = base + DataBlock.prefixPosition(count, wide);
        System.arraycopy(key, 0, target, Varint.put(target, prefixAt, prefixLength), prefixLength);
        DataBlock.putFront(target, base, tags, offsets, count, wide);
    }

    /** The finished block, at the beginning of an array that holds it until the next one is put there. */
    byte[] bytes() {
        block = withRoom(block, 0, blockLength);
        put(block, 0);
        return block;
    }

    /** Forgets the entries. */
    void clear() {
        count = 0;
        rawLength = 0;
        if (raw.length > KEPT_BYTES || block.length > KEPT_BYTES) {
            raw = new byte[8192];
            block = new byte[0];
        }
    }

    /** Decides what each entry shares; returns the bytes of all entries. */
    private long chooseHeads() {
        long bytes = 0;
        int sinceHead = restartInterval;
        int common = 0;
        for (int i = 0; i < count; i++) {
            // What all keys from the head to this one have in common.
            common = Math.min(common, sharedWithLast[i] - prefixLength);
            boolean head = sinceHead >= restartInterval || common < LEAST_SHARED || leads(i, common);
            int suffix = keyLengths[i] - prefixLength;
            if (head) {
                shared[i] = HEAD;
                common = suffix;
                sinceHead = 1;
            } else {
                shared[i] = common;
                bytes += Varint.size(common);
                suffix -= common;
                sinceHead++;
            }
            bytes += Varint.size(suffix) + Varint.size(seqNosAndKinds[i]) + suffix + (long) valueLengths[i];
        }
        return bytes;
    }

    /** Whether the next entry would gain enough from this one being a head. More may follow, so half of the loss will do. */
    private boolean leads(int index, int common) {
        if (index + 1 == count) {
            return false;
        }
        int gain = sharedWithLast[index + 1] - prefixLength - common;
        return gain > 2 && gain > common / 2;
    }

    private void putEntries(byte[] target, int base) {
        int from = 0;
        int at = base + entriesAt;
        for (int i = 0; i < count; i++) {
            int keyLength = keyLengths[i];
            int kept = sharedWithLast[i];
            key = withRoom(key, kept, (long) keyLength - kept);
            System.arraycopy(raw, from, key, kept, keyLength - kept);
            from += keyLength - kept;
            offsets[i] = (at - base) | (shared[i] & HEAD);
            int skipped = prefixLength;
            if (shared[i] != HEAD) {
                skipped += shared[i];
                at = Varint.put(target, at, shared[i]);
            }
            at = Varint.put(target, at, keyLength - skipped);
            at = Varint.put(target, at, seqNosAndKinds[i]);
            System.arraycopy(key, skipped, target, at, keyLength - skipped);
            at += keyLength - skipped;
            System.arraycopy(raw, from, target, at, valueLengths[i]);
            from += valueLengths[i];
            at += valueLengths[i];
        }
    }

    private void growCounts() {
        int grown = 2 * count;
        tags = Arrays.copyOf(tags, grown);
        seqNosAndKinds = Arrays.copyOf(seqNosAndKinds, grown);
        keyLengths = Arrays.copyOf(keyLengths, grown);
        sharedWithLast = Arrays.copyOf(sharedWithLast, grown);
        valueLengths = Arrays.copyOf(valueLengths, grown);
        offsets = Arrays.copyOf(offsets, grown);
        shared = Arrays.copyOf(shared, grown);
    }

    private static byte[] withRoom(byte[] array, int length, long bytes) {
        long needed = length + bytes;
        if (needed <= array.length) {
            return array;
        }
        if (needed > MAX_BYTES) {
            throw new IllegalArgumentException("a block of more than 2 GiB");
        }
        // Doubling is for many small entries; a huge one gets what it needs and no more.
        long grown = Math.max(needed, Math.min(2L * array.length, array.length + (long) KEPT_BYTES));
        return Arrays.copyOf(array, (int) Math.min(MAX_BYTES, grown));
    }
}
