package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.bytes.Varint;
import io.streambed.lsm.internal.entry.EntryKind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Walks the entries of one block after another, in both directions. Allocates nothing but a longer key buffer now and then.
 * Every move costs the same, since the block's offsets lead to each entry by itself. Used by one thread.
 *
 * <p>The value slice points into the block. The key slice does so too where a key stands there as a whole; else it points to a
 * buffer that keeps the block's prefix and the head's part from one entry to the next.
 */
final class BlockCursor {
    /** A block without entries. */
    private static final byte[] EMPTY = new byte[DataBlock.HEADER_BYTES + 1];

    private static final VarHandle BIG_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final Slice key = new Slice();
    private final Slice value = new Slice();

    private byte[] block = EMPTY;
    private int base;
    private int end;
    private int count;
    private boolean wide;
    private int table;
    private int prefix;
    private int prefixLength;

    private int index;
    private long seqNoAndKind;

    // The head that the current entry counts from: its index, and where its suffix stands.
    private int head;
    private int headSuffix;

    // Invariant: the buffer begins with the block's prefix and then the first bufferedHead bytes of the head's suffix.
    private byte[] keyBuffer = new byte[64];
    private int bufferedHead;

    /** Goes into a block that was checked and ends, without its trailer, at {@code blockEnd}; stands on no entry yet. */
    void enter(byte[] array, int blockBase, int blockEnd) {
        block = array;
        base = blockBase;
        end = blockEnd;
        count = DataBlock.count(array, base);
        wide = DataBlock.isWide(array, base);
        table = base + DataBlock.HEADER_BYTES + count;
        prefix = base + DataBlock.prefixPosition(count, wide);
        prefixLength = (int) Varint.get(array, prefix);
        prefix += Varint.size(prefixLength);
        if (prefixLength > 0) {
            reserveKey(prefixLength);
            System.arraycopy(array, prefix, keyBuffer, 0, prefixLength);
        }
        bufferedHead = 0;
    }

    /** Leaves the block, so that its memory is held no longer. */
    void leave() {
        enter(EMPTY, 0, EMPTY.length);
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
        int itsHead = DataBlock.headOf(block, table, wide, target);
        if (itsHead != target) {
            head = itsHead;
            headSuffix = DataBlock.headSuffix(block, base, table, wide, itsHead);
            bufferedHead = 0;
        }
        decode(target);
        return true;
    }

    /** Reads an entry whose head, unless it is one itself, is the current head. */
    private void decode(int target) {
        int raw = DataBlock.rawOffset(block, table, wide, target);
        int at = base + DataBlock.offset(raw, wide);
        int shared = 0;
        if (raw >= 0) {
            shared = (int) Varint.get(block, at);
            at += Varint.size(shared);
        }
        int unshared = (int) Varint.get(block, at);
        at += Varint.size(unshared);
        seqNoAndKind = Varint.get(block, at);
        at += Varint.size(seqNoAndKind);
        index = target;
        if (raw < 0) {
            head = target;
            headSuffix = at;
            bufferedHead = 0;
        }
        if (shared + prefixLength == 0) {
            key.set(block, at, unshared);
        } else {
            joinKey(at, shared, unshared);
        }
        int valueStart = at + unshared;
        int valueEnd = target + 1 < count
                ? base + DataBlock.offset(DataBlock.rawOffset(block, table, wide, target + 1), wide)
                : end;
        value.set(block, valueStart, valueEnd - valueStart);
    }

    private void joinKey(int suffix, int shared, int unshared) {
        int join = prefixLength + shared;
        reserveKey(join + unshared);
        if (bufferedHead < shared) {
            System.arraycopy(
                    block, headSuffix + bufferedHead, keyBuffer, prefixLength + bufferedHead, shared - bufferedHead);
        }
        System.arraycopy(block, suffix, keyBuffer, join, unshared);
        // A head's own suffix is in the buffer now; any other has overwritten what came behind the shared bytes.
        bufferedHead = suffix == headSuffix ? unshared : shared;
        key.set(keyBuffer, 0, join + unshared);
    }

    private void reserveKey(int length) {
        if (keyBuffer.length < length) {
            keyBuffer = Arrays.copyOf(keyBuffer, Math.max(length, 2 * keyBuffer.length));
        }
    }

    /** Index of the first entry whose key is {@code target} or greater; the number of entries if there is none. */
    private int lowerBound(Slice target) {
        byte[] other = target.array();
        int otherStart = target.offset();
        int otherEnd = otherStart + target.length();
        int otherRest = Math.min(otherStart + prefixLength, otherEnd);
        int order = Arrays.compareUnsigned(block, prefix, prefix + prefixLength, other, otherStart, otherRest);
        if (order != 0) {
            return order < 0 ? count : 0;
        }
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (compare(middle, other, otherRest, otherEnd) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Compares the key of an entry, without the block's prefix and without putting it together, with some bytes. */
    private int compare(int at, byte[] other, int otherStart, int otherEnd) {
        int raw = DataBlock.rawOffset(block, table, wide, at);
        int position = base + DataBlock.offset(raw, wide);
        int from = otherStart;
        if (raw >= 0) {
            int shared = (int) Varint.get(block, position);
            position += Varint.size(shared);
            int itsHead = DataBlock.headSuffix(block, base, table, wide, DataBlock.headOf(block, table, wide, at));
            from = Math.min(otherEnd, otherStart + shared);
            int order = Arrays.compareUnsigned(block, itsHead, itsHead + shared, other, otherStart, from);
            if (order != 0) {
                return order;
            }
        }
        int unshared = (int) Varint.get(block, position);
        int suffix = DataBlock.skipVarint(block, position + Varint.size(unshared));
        if (unshared >= 8 && otherEnd - from >= 8) {
            // Nearly always decides; and takes a fraction of the time.
            int order = Long.compareUnsigned(
                    (long) BIG_ENDIAN_LONG.get(block, suffix), (long) BIG_ENDIAN_LONG.get(other, from));
            if (order != 0) {
                return order;
            }
        }
        return Arrays.compareUnsigned(block, suffix, suffix + unshared, other, from, otherEnd);
    }
}
