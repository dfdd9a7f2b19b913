package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.KeptKey;
import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.bytes.Varint;
import io.streambed.lsm.internal.entry.EntryView;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Walks the entries of one block after another, in both directions. Allocates nothing but a longer key buffer now and then.
 * Every move costs the same, since the block's offsets lead to each entry by itself. Checks the lengths of what it reads. Used by
 * one thread; after a move has failed, only {@link #enter} or {@link #leave} may follow.
 *
 * <p>The value slice points into the block. The key slice does so too where a key stands there as a whole; else it points to a
 * buffer that keeps the block's prefix and the head's part from one entry to the next.
 */
final class BlockCursor {
    private static final byte[] NOTHING = new byte[0];

    private static final VarHandle BIG_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final EntryView entry = new EntryView();
    private final Slice key = entry.key();
    private final Slice value = entry.value();

    private byte[] block = NOTHING;
    private int base;
    private int end;
    private int count;
    private boolean wide;
    private int table;
    private int prefix;
    private int prefixLength;

    private int index;
    private long stamp;

    // The head that the current entry counts from: its index, and its suffix.
    private int head;
    private int headSuffix;
    private int headLength;

    // Invariant: the buffer begins with the block's prefix and then the first bufferedHead bytes of the head's suffix.
    private byte[] keyBuffer = new byte[64];
    private int bufferedHead;

    private final KeptKey kept = new KeptKey();

    // What readHeader() found in an entry.
    private int shared;
    private int suffix;
    private int suffixLength;

    /** Goes into a block that ends, without its trailer, at {@code blockEnd}; stands on no entry yet. */
    void enter(byte[] array, int blockBase, int blockEnd) throws MalformedBytesException {
        leave();
        int entries = DataBlock.count(array, blockBase, blockEnd);
        wide = DataBlock.isWide(array, blockBase);
        table = blockBase + DataBlock.HEADER_BYTES + entries;
        int at = blockBase + DataBlock.prefixPosition(entries, wide);
        long length = DataBlock.boundedVarint(array, at, blockEnd);
        prefix = at + Varint.size(length);
        if (length < 0 || length > blockEnd - prefix || !DataBlock.beginsWithHead(array, table, wide)) {
            throw DataBlock.malformed("prefix of " + length + " bytes, or without a head behind it");
        }
        prefixLength = (int) length;
        if (prefixLength > 0) {
            reserveKey(prefixLength);
            System.arraycopy(array, prefix, keyBuffer, 0, prefixLength);
        }
        bufferedHead = 0;
        block = array;
        base = blockBase;
        end = blockEnd;
        count = entries;
    }

    /** Leaves the block, so that its memory is held no longer; stands nowhere. */
    void leave() {
        block = NOTHING;
        count = 0;
        prefix = 0;
        prefixLength = 0;
        index = 0;
    }

    /** Leaves the block, and the entry's slices lead to none: for a cursor that is kept for later. */
    void release() {
        leave();
        key.set(NOTHING, 0, 0);
        value.set(NOTHING, 0, 0);
    }

    /** Memory of the key buffers, which have grown to what the longest key needed. */
    int bufferBytes() {
        return keyBuffer.length + kept.memoryBytes();
    }

    boolean first() throws MalformedBytesException {
        return moveTo(0);
    }

    boolean last() throws MalformedBytesException {
        return moveTo(count - 1);
    }

    /** Goes to the first entry whose key is {@code target} or greater. */
    boolean seek(Slice target) throws MalformedBytesException {
        return moveTo(lowerBound(target));
    }

    /** Goes to the last entry whose key is less than {@code target}. */
    boolean seekBefore(Slice target) throws MalformedBytesException {
        return moveTo(lowerBound(target) - 1);
    }

    boolean next() throws MalformedBytesException {
        int following = index + 1;
        if (following >= count) {
            return false;
        }
        decode(following);
        return true;
    }

    /**
     * Goes to the first entry of the next key in the block. If there is none it stands on the last version of its key in the block.
     * Different keys have different tags, but for one in 256.
     */
    boolean nextKey() throws MalformedBytesException {
        int tags = table - count;
        byte tag = block[tags + index];
        if (index + 1 >= count) {
            return false;
        }
        if (block[tags + index + 1] != tag) {
            decode(index + 1);
            return true;
        }
        keepKey();
        do {
            decode(index + 1);
            if (!isOnKeptKey()) {
                return true;
            }
        } while (index + 1 < count);
        return false;
    }

    /** Keeps the key of the current entry, whatever move follows. */
    void keepKey() {
        kept.keep(key);
    }

    /** Whether the current entry has the key that was kept. */
    boolean isOnKeptKey() {
        return kept.is(key);
    }

    boolean prev() throws MalformedBytesException {
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

    /** The entry that the last move went to; always the same object. */
    EntryView entry() {
        return entry;
    }

    /** The tag of the current entry. */
    byte tag() {
        return block[table - count + index];
    }

    private boolean moveTo(int target) throws MalformedBytesException {
        if (target < 0 || target >= count) {
            return false;
        }
        int itsHead = DataBlock.headOf(block, table, wide, target);
        if (itsHead != target) {
            readHeader(itsHead);
            head = itsHead;
            headSuffix = suffix;
            headLength = suffixLength;
            bufferedHead = 0;
        }
        decode(target);
        return true;
    }

    /** Reads an entry whose head, unless it is one itself, is the current head. */
    private void decode(int target) throws MalformedBytesException {
        boolean isHead = readHeader(target);
        index = target;
        if (isHead) {
            head = target;
            headSuffix = suffix;
            headLength = suffixLength;
            bufferedHead = 0;
        } else if (shared > headLength) {
            throw DataBlock.malformed("entry " + target + ", which shares more than there is");
        }
        if (shared + prefixLength == 0) {
            key.set(block, suffix, suffixLength);
        } else {
            joinKey();
        }
        int valueStart = suffix + suffixLength;
        int valueEnd = end;
        if (target + 1 < count) {
            valueEnd = base + DataBlock.offset(DataBlock.rawOffset(block, table, wide, target + 1), wide);
        }
        if (valueEnd < valueStart || valueEnd > end) {
            throw DataBlock.malformed("value of entry " + target);
        }
        value.set(block, valueStart, valueEnd - valueStart);
        entry.set(stamp);
    }

    /** Finds an entry's parts, and checks that they end within the block; says whether it is a head. */
    private boolean readHeader(int target) throws MalformedBytesException {
        int raw = DataBlock.rawOffset(block, table, wide, target);
        int offset = DataBlock.offset(raw, wide);
        if (offset >= end - base) {
            throw DataBlock.malformed("offset of entry " + target);
        }
        int at = base + offset;
        if (at <= block.length - Long.BYTES) {
            // Nearly always the whole header is in one word: lengths of one byte each, and a stamp in the rest.
            long word = (long) DataBlock.LONG.get(block, at);
            long lastBytes = ~word & DataBlock.CONTINUED;
            int lengthBits = raw < 0 ? 8 : 16;
            long ofLengths = raw < 0 ? 0x80 : 0x8080;
            long ofStamp = lastBytes >>> lengthBits;
            if ((lastBytes & ofLengths) == ofLengths && ofStamp != 0) {
                int lastBit = Long.numberOfTrailingZeros(ofStamp);
                shared = raw < 0 ? 0 : (int) word & 0x7f;
                suffixLength = (int) (word >>> (lengthBits - 8)) & 0x7f;
                stamp = DataBlock.varint(word >>> lengthBits, lastBit);
                suffix = at + (lengthBits + lastBit + 1) / 8;
                if (stamp < 0 || suffixLength > end - suffix || shared > end - base) {
                    throw DataBlock.malformed("entry " + target);
                }
                return raw < 0;
            }
        }
        return readLongHeader(target, raw, at);
    }

    private boolean readLongHeader(int target, int raw, int start) throws MalformedBytesException {
        int at = start;
        long sharedBytes = 0;
        if (raw >= 0) {
            sharedBytes = DataBlock.boundedVarint(block, at, end);
            at += Varint.size(sharedBytes);
        }
        long unshared = DataBlock.boundedVarint(block, at, end);
        at += Varint.size(unshared);
        stamp = DataBlock.boundedVarint(block, at, end);
        at += Varint.size(stamp);
        // All bits of a negative number come through the disjunction.
        if ((sharedBytes | unshared | stamp) < 0 || unshared > end - at || sharedBytes > end - base) {
            throw DataBlock.malformed("entry " + target);
        }
        shared = (int) sharedBytes;
        suffix = at;
        suffixLength = (int) unshared;
        return raw < 0;
    }

    private void joinKey() {
        int join = prefixLength + shared;
        reserveKey(join + suffixLength);
        if (bufferedHead < shared) {
            System.arraycopy(
                    block, headSuffix + bufferedHead, keyBuffer, prefixLength + bufferedHead, shared - bufferedHead);
        }
        System.arraycopy(block, suffix, keyBuffer, join, suffixLength);
        // A head's own suffix is in the buffer now; any other has overwritten what came behind the shared bytes.
        bufferedHead = suffix == headSuffix ? suffixLength : shared;
        key.set(keyBuffer, 0, join + suffixLength);
    }

    private void reserveKey(int length) {
        if (keyBuffer.length < length) {
            keyBuffer = Arrays.copyOf(keyBuffer, Math.max(length, 2 * keyBuffer.length));
        }
    }

    /** Index of the first entry whose key is {@code target} or greater; the number of entries if there is none. */
    private int lowerBound(Slice target) throws MalformedBytesException {
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
    private int compare(int at, byte[] other, int otherStart, int otherEnd) throws MalformedBytesException {
        int from = otherStart;
        if (!readHeader(at)) {
            int ownShared = shared;
            int ownSuffix = suffix;
            int ownLength = suffixLength;
            readHeader(DataBlock.headOf(block, table, wide, at));
            if (ownShared > suffixLength) {
                throw DataBlock.malformed("entry " + at + ", which shares more than there is");
            }
            from = Math.min(otherEnd, otherStart + ownShared);
            int order = Arrays.compareUnsigned(block, suffix, suffix + ownShared, other, otherStart, from);
            if (order != 0) {
                return order;
            }
            suffix = ownSuffix;
            suffixLength = ownLength;
        }
        if (suffixLength >= 8 && otherEnd - from >= 8) {
            // Nearly always decides; and takes a fraction of the time.
            int order = Long.compareUnsigned(
                    (long) BIG_ENDIAN_LONG.get(block, suffix), (long) BIG_ENDIAN_LONG.get(other, from));
            if (order != 0) {
                return order;
            }
        }
        return Arrays.compareUnsigned(block, suffix, suffix + suffixLength, other, from, otherEnd);
    }
}
