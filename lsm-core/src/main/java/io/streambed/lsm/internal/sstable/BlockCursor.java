package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.bytes.Varint;
import io.streambed.lsm.internal.entry.EntryKind;
import java.util.Arrays;

/**
 * Walks the entries of one block after another, in both directions. Allocates nothing but a longer key buffer now and then.
 * Every move costs the same, since the block's offsets lead to each entry by itself. Used by one thread.
 *
 * <p>The key slice points into the block where an entry shares nothing with its head, else into a buffer that holds the
 * head's part of the key from one entry to the next; the value slice always points into the block.
 */
final class BlockCursor {
    /** A block without entries: a header and nothing else. */
    private static final byte[] EMPTY = new byte[DataBlock.HEADER_BYTES];

    private final Slice key = new Slice();
    private final Slice value = new Slice();

    private byte[] block = EMPTY;
    private int end;
    private int count;
    private boolean wide;
    private int table;
    private int entries;

    private int index;
    private long seqNoAndKind;

    // The head that the current entry counts from: its index, and where its key stands.
    private int head;
    private int headKey;

    // Invariant: keyBuffer begins with the first keyPrefix bytes of the current head's key.
    private byte[] keyBuffer = new byte[64];
    private int keyPrefix;

    /** Goes into a block that was checked and ends, without its trailer, at {@code blockEnd}; stands on no entry yet. */
    void enter(byte[] array, int base, int blockEnd) {
        block = array;
        end = blockEnd;
        count = DataBlock.count(array, base);
        wide = DataBlock.isWide(array, base);
        table = base + DataBlock.HEADER_BYTES + count;
        entries = base + DataBlock.frontBytes(count, wide);
    }

    /** Leaves the block, so that its memory is held no longer. */
    void leave() {
        enter(EMPTY, 0, 0);
    }

    boolean first() {
        return moveTo(0);
    }

    boolean last() {
        return moveTo(count - 1);
    }

    /** Goes to the first entry whose key is {@code target} or greater. */
    boolean seek(Slice target) {
        return moveTo(lowerBound(target));
    }

    /** Goes to the last entry whose key is less than {@code target}. */
    boolean seekBefore(Slice target) {
        return moveTo(lowerBound(target) - 1);
    }

    boolean next() {
        int following = index + 1;
        if (following >= count) {
            return false;
        }
        decode(following);
        return true;
    }

    boolean prev() {
        int before = index - 1;
        if (before < 0) {
            return false;
        }
        if (index == head) {
            return moveTo(before);
        }
        decode(before);
        return true;
    }

    Slice key() {
        return key;
    }

    Slice value() {
        return value;
    }

    long seqNo() {
        return seqNoAndKind >>> 1;
    }

    EntryKind kind() {
        return (seqNoAndKind & 1) == 0 ? EntryKind.PUT : EntryKind.DELETE;
    }

    /** The tag of the current entry. */
    byte tag() {
        return block[table - count + index];
    }

    private boolean moveTo(int target) {
        if (target < 0 || target >= count) {
            return false;
        }
        int at = target;
        while (DataBlock.rawOffset(block, table, wide, at) >= 0) {
            at--;
        }
        if (at != target) {
            setHead(at);
        }
        decode(target);
        return true;
    }

    private void setHead(int at) {
        head = at;
        headKey = DataBlock.headKey(block, table, wide, entries, at);
        keyPrefix = 0;
    }

    /** Reads an entry whose head, unless it is one itself, is the current head. */
    private void decode(int target) {
        int raw = DataBlock.rawOffset(block, table, wide, target);
        int at = entries + DataBlock.offset(raw, wide);
        int shared = (int) Varint.get(block, at);
        at += Varint.size(shared);
        int unshared = (int) Varint.get(block, at);
        at += Varint.size(unshared);
        seqNoAndKind = Varint.get(block, at);
        at += Varint.size(seqNoAndKind);
        index = target;
        if (raw < 0) {
            head = target;
            headKey = at;
            keyPrefix = 0;
        }
        if (shared == 0) {
            key.set(block, at, unshared);
        } else {
            joinKey(at, shared, unshared);
        }
        int valueStart = at + unshared;
        int valueEnd = target + 1 < count ? start(target + 1) : end;
        value.set(block, valueStart, valueEnd - valueStart);
    }

    private void joinKey(int suffix, int shared, int unshared) {
        int length = shared + unshared;
        if (keyBuffer.length < length) {
            keyBuffer = Arrays.copyOf(keyBuffer, Math.max(length, 2 * keyBuffer.length));
        }
        if (keyPrefix < shared) {
            System.arraycopy(block, headKey + keyPrefix, keyBuffer, keyPrefix, shared - keyPrefix);
        }
        System.arraycopy(block, suffix, keyBuffer, shared, unshared);
        keyPrefix = shared;
        key.set(keyBuffer, 0, length);
    }

    private int start(int at) {
        return entries + DataBlock.offset(DataBlock.rawOffset(block, table, wide, at), wide);
    }

    /** Index of the first entry whose key is {@code target} or greater; the number of entries if there is none. */
    private int lowerBound(Slice target) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (compare(middle, target) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Compares the key of an entry with {@code target}, without putting it together. */
    private int compare(int at, Slice target) {
        int position = start(at);
        int shared = (int) Varint.get(block, position);
        position += Varint.size(shared);
        int unshared = (int) Varint.get(block, position);
        int suffix = DataBlock.skipVarint(block, position + Varint.size(unshared));
        byte[] other = target.array();
        int otherStart = target.offset();
        int otherEnd = otherStart + target.length();
        if (shared > 0) {
            int prefix = DataBlock.headKey(block, table, wide, entries, at);
            int otherPrefixEnd = Math.min(otherEnd, otherStart + shared);
            int order = Arrays.compareUnsigned(block, prefix, prefix + shared, other, otherStart, otherPrefixEnd);
            if (order != 0) {
                return order;
            }
            otherStart = otherPrefixEnd;
        }
        return Arrays.compareUnsigned(block, suffix, suffix + unshared, other, otherStart, otherEnd);
    }
}
