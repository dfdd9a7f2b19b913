package io.streambed.lsm.internal.memtable;

import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.EntryView;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What stands in the arena: a node for each key, and a chain of versions from it, newest first. In the machine's byte order;
 * nothing of it reaches a file.
 *
 * <pre>
 *  node      0          4            8
 *            | head     | key length | key …  | to 8 |      head: reference to the newest version
 *  version   0                       8          12             16
 *            | seqNo &lt;&lt; 1 | delete   | previous | value length | value …  | to 8 |
 * </pre>
 *
 * The first version stands directly behind its node, so that reading a key that was written once touches neighbouring cache
 * lines; only behind a key too long for that does it stand elsewhere.
 */
final class Nodes {
    // Why the head is read and written plainly between fences, and not by an acquiring and a releasing access: views
    // of byte arrays lost all but plain access in JDK 23. HotSpot does a plain access to an aligned int in one
    // instruction on every platform that it has, and the fences order it as acquire and release would.
    //
    // Invariant: a head is the only word in a slab that changes after a reader can reach it. Everything else is
    // written before the reference to it is released: into the head here, or into a slot or the arrival list for a
    // new node.
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final VarHandle BIG_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final int NODE_HEADER = 8;
    private static final int VERSION_HEADER = 16;
    private static final int CACHE_LINE = 64;

    /** A key with a longer node than this has its first version elsewhere: offsets of references end at a full slab. */
    private static final int LONGEST_JOINED_NODE = Arena.SLAB_BYTES / 2;

    private Nodes() {}

    /** Bytes that a key takes together with its first version. */
    static int size(int keyLength, int valueLength) {
        return Arena.align(NODE_HEADER + keyLength) + VERSION_HEADER + valueLength;
    }

    /** Bytes that a further version takes. */
    static int versionSize(int valueLength) {
        return VERSION_HEADER + valueLength;
    }

    /** Writes a node for a new key and its first version; returns the node, which no reader can reach yet. */
    static int write(
            Arena arena,
            byte[] key,
            int keyOffset,
            int keyLength,
            long stamp,
            byte[] value,
            int valueOffset,
            int valueLength) {
        int nodeBytes = Arena.align(NODE_HEADER + keyLength);
        int node;
        int version;
        if (nodeBytes <= LONGEST_JOINED_NODE) {
            node = arena.allocate(nodeBytes + versionSize(valueLength));
            version = Arena.behind(node, nodeBytes);
        } else {
            // Room behind the key, because window() reads eight bytes wherever it begins.
            node = arena.allocate(nodeBytes + Long.BYTES);
            version = arena.allocate(versionSize(valueLength));
        }
        byte[] slab = arena.slab(node);
        int at = Arena.offset(node);
        INT.set(slab, at, version);
        INT.set(slab, at + 4, keyLength);
        System.arraycopy(key, keyOffset, slab, at + NODE_HEADER, keyLength);
        fillVersion(arena, version, stamp, Arena.NONE, value, valueOffset, valueLength);
        return node;
    }

    /** Puts a version in front of a node's chain; readers see it from here on. */
    static void overwrite(Arena arena, int node, long stamp, byte[] value, int valueOffset, int valueLength) {
        int version = arena.allocate(versionSize(valueLength));
        byte[] slab = arena.slab(node);
        int at = Arena.offset(node);
        int previous = (int) INT.get(slab, at);
        assert stamp(arena, previous) < stamp : "versions of a key must come in ascending order";
        fillVersion(arena, version, stamp, previous, value, valueOffset, valueLength);
        VarHandle.releaseFence();
        INT.set(slab, at, version);
    }

    private static void fillVersion(
            Arena arena, int version, long stamp, int previous, byte[] value, int valueOffset, int valueLength) {
        byte[] slab = arena.slab(version);
        int at = Arena.offset(version);
        LONG.set(slab, at, stamp);
        INT.set(slab, at + 8, previous);
        INT.set(slab, at + 12, valueLength);
        System.arraycopy(value, valueOffset, slab, at + VERSION_HEADER, valueLength);
    }

    /** The newest version of a node whose sequence number is at most {@code maxSeqNo}, or {@link Arena#NONE}. */
    static int newest(Arena arena, int node, long maxSeqNo) {
        int version = (int) INT.get(arena.slab(node), Arena.offset(node));
        VarHandle.acquireFence();
        while (version != Arena.NONE) {
            byte[] slab = arena.slab(version);
            int at = Arena.offset(version);
            if ((long) LONG.get(slab, at) >>> 1 <= maxSeqNo) {
                return version;
            }
            version = (int) INT.get(slab, at + 8);
        }
        return Arena.NONE;
    }

    /**
     * For whoever wants a node in the processor's cache: its head, and the cache line behind it, where its first version begins unless that
     * is in the same. Asks nothing of the node itself, which would be to wait for it.
     */
    static int touch(Arena arena, int node) {
        byte[] slab = arena.slab(node);
        int at = Arena.offset(node);
        return slab[at] + slab[Math.min(at + CACHE_LINE, slab.length - 1)];
    }

    /** For whoever wants a version's value in the processor's cache: a byte in its middle and the last one. */
    static int touchValue(Arena arena, int version) {
        byte[] slab = arena.slab(version);
        int at = Arena.offset(version);
        int length = valueLength(slab, at);
        int from = valueOffset(at);
        return length == 0 ? 0 : slab[from + length / 2] + slab[from + length - 1];
    }

    /** The last byte of a node's key, for whoever wants all of the key in the processor's cache: it may begin in the line before. */
    static byte lastKeyByte(Arena arena, int node) {
        byte[] slab = arena.slab(node);
        int at = Arena.offset(node);
        // Of an empty key it is one of its length.
        return slab[keyOffset(at) + keyLength(slab, at) - 1];
    }

    /** The version before {@code version}, or {@link Arena#NONE}. */
    static int previous(Arena arena, int version) {
        return (int) INT.get(arena.slab(version), Arena.offset(version) + 8);
    }

    /** Sequence number and kind in one word; stamps ascend as sequence numbers do. */
    static long stamp(long seqNo, EntryKind kind) {
        assert seqNo > 0 && seqNo <= Long.MAX_VALUE >>> 1 : seqNo;
        return seqNo << 1 | (kind == EntryKind.DELETE ? 1 : 0);
    }

    /** Sets a view to a version of a node. */
    static void show(Arena arena, int node, int version, EntryView entry) {
        byte[] slab = arena.slab(node);
        int offset = Arena.offset(node);
        entry.key().set(slab, keyOffset(offset), keyLength(slab, offset));
        slab = arena.slab(version);
        offset = Arena.offset(version);
        entry.value().set(slab, valueOffset(offset), valueLength(slab, offset));
        entry.set(stamp(slab, offset));
    }

    /** The stamp of a version. */
    static long stamp(Arena arena, int version) {
        return stamp(arena.slab(version), Arena.offset(version));
    }

    static long stamp(byte[] slab, int versionOffset) {
        return (long) LONG.get(slab, versionOffset);
    }

    static long seqNo(long stamp) {
        return stamp >>> 1;
    }

    static EntryKind kind(long stamp) {
        return (stamp & 1) == 0 ? EntryKind.PUT : EntryKind.DELETE;
    }

    static int keyLength(byte[] slab, int nodeOffset) {
        return (int) INT.get(slab, nodeOffset + 4);
    }

    static int keyOffset(int nodeOffset) {
        return nodeOffset + NODE_HEADER;
    }

    static int valueLength(byte[] slab, int versionOffset) {
        return (int) INT.get(slab, versionOffset + 12);
    }

    static int valueOffset(int versionOffset) {
        return versionOffset + VERSION_HEADER;
    }

    /** Whether a node has this key. */
    static boolean keyEquals(Arena arena, int node, byte[] key, int offset, int length) {
        byte[] slab = arena.slab(node);
        int at = Arena.offset(node);
        int from = keyOffset(at);
        return keyLength(slab, at) == length && Arrays.equals(slab, from, from + length, key, offset, offset + length);
    }

    /** Compares the key of a node, in key order, with another; the first {@code skip} bytes of both are known to be equal. */
    static int compare(Arena arena, int node, byte[] key, int offset, int length, int skip) {
        byte[] slab = arena.slab(node);
        int at = Arena.offset(node);
        int from = keyOffset(at);
        return Arrays.compareUnsigned(
                slab, from + skip, from + keyLength(slab, at), key, offset + skip, offset + length);
    }

    /**
     * Compares the keys of two nodes, in key order; their first {@code skip} bytes are known to be equal. By words, as there is room behind
     * each key: to call what compares arrays of any length takes longer than to compare keys of forty bytes.
     */
    static int compare(Arena arena, int node, int other, int skip) {
        byte[] slab = arena.slab(node);
        byte[] otherSlab = arena.slab(other);
        int at = Arena.offset(node);
        int otherAt = Arena.offset(other);
        int length = keyLength(slab, at);
        int otherLength = keyLength(otherSlab, otherAt);
        int shorter = Math.min(length, otherLength);
        for (int i = skip; i < shorter; i += Long.BYTES) {
            long word = cut((long) BIG_ENDIAN_LONG.get(slab, keyOffset(at) + i), shorter - i);
            long otherWord = cut((long) BIG_ENDIAN_LONG.get(otherSlab, keyOffset(otherAt) + i), shorter - i);
            if (word != otherWord) {
                return Long.compareUnsigned(word, otherWord);
            }
        }
        return Integer.compare(length, otherLength);
    }

    /** Whether the key of a node begins with the first {@code count} bytes of the key of another one. */
    static boolean beginsAs(Arena arena, int node, int other, int count) {
        byte[] slab = arena.slab(node);
        byte[] otherSlab = arena.slab(other);
        int at = Arena.offset(node);
        if (keyLength(slab, at) < count) {
            return false;
        }
        int otherAt = Arena.offset(other);
        for (int i = 0; i < count; i += Long.BYTES) {
            long differing = (long) BIG_ENDIAN_LONG.get(slab, keyOffset(at) + i)
                    ^ (long) BIG_ENDIAN_LONG.get(otherSlab, keyOffset(otherAt) + i);
            if (cut(differing, count - i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Compares the first {@code count} bytes of a node's key with as many of another key, or all if it has fewer. */
    static int comparePrefix(Arena arena, int node, int count, byte[] key, int offset, int length) {
        int from = keyOffset(Arena.offset(node));
        return Arrays.compareUnsigned(
                arena.slab(node), from, from + count, key, offset, offset + Math.min(count, length));
    }

    /** How many bytes the keys of two nodes have in common from the front, looking at {@code limit} bytes at most. */
    static int commonPrefix(Arena arena, int node, int other, int limit) {
        byte[] slab = arena.slab(node);
        int at = Arena.offset(node);
        byte[] otherSlab = arena.slab(other);
        int otherAt = Arena.offset(other);
        int shortest = Math.min(limit, Math.min(keyLength(slab, at), keyLength(otherSlab, otherAt)));
        int from = keyOffset(at);
        int otherFrom = keyOffset(otherAt);
        int mismatch = Arrays.mismatch(slab, from, from + shortest, otherSlab, otherFrom, otherFrom + shortest);
        return mismatch < 0 ? shortest : mismatch;
    }

    /**
     * Eight bytes of a node's key from {@code skip}, at most the key's length, on: as a number that compares (signed) as the
     * bytes do. Bytes behind the end of the key count as 0, so equal windows do not mean equal keys, but unequal windows
     * tell the order.
     */
    static long window(Arena arena, int node, int skip) {
        byte[] slab = arena.slab(node);
        int at = Arena.offset(node);
        long bytes = (long) BIG_ENDIAN_LONG.get(slab, keyOffset(at) + skip);
        return cut(bytes, keyLength(slab, at) - skip) ^ Long.MIN_VALUE;
    }

    /** The same for a key that is not in the arena. */
    static long window(byte[] key, int offset, int length, int skip) {
        int left = length - skip;
        if (left >= Long.BYTES) {
            return (long) BIG_ENDIAN_LONG.get(key, offset + skip) ^ Long.MIN_VALUE;
        }
        long bytes = 0;
        for (int i = 0; i < left; i++) {
            bytes |= (key[offset + skip + i] & 0xffL) << (56 - 8 * i);
        }
        return bytes ^ Long.MIN_VALUE;
    }

    /** The first {@code count} bytes of a big-endian word, zeros behind. */
    static long cut(long bytes, int count) {
        assert count >= 0 : count;
        return count >= Long.BYTES ? bytes : count == 0 ? 0 : bytes & -1L << (64 - 8 * count);
    }
}
