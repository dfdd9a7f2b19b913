package io.streambed.lsm.internal.memtable;

import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.entry.Lookup;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The sorted write buffer: every version of every key that was put, until a flush has moved them into a table. Keys up to
 * 1 MiB, values up to 256 MiB.
 *
 * <p>One thread at a time puts; whoever takes over from another makes sure that it sees the other's writes. Any number of
 * threads read meanwhile, and never wait. Nothing needs closing: the memory goes with the last reference to the memtable, its
 * iterators and their slices.
 *
 * <p>Puts and gets go by hash. Order is made when an iterator is asked for, by the thread that asks, from what came since the
 * last time; and so are groups, which spare a short range the order.
 */
public final class Memtable {
    private static final int MAX_KEY_BYTES = 1 << 20;
    private static final int MAX_VALUE_BYTES = 256 << 20;

    /** What the order takes for a key, and for how many keys at once it is counted. */
    private static final int ORDER_BYTES = 12;

    private static final int ORDER_STEP = 256;

    private static final VarHandle SORTED_INDEX = field("sortedIndex", SortedIndex.class);
    private static final VarHandle GROUP_INDEX = field("groupIndex", GroupIndex.class);
    private static final VarHandle LAST_SEQ_NO = field("lastSeqNo", long.class);
    private static final VarHandle ENTRIES = field("entries", long.class);
    private static final VarHandle DATA_BYTES = field("dataBytes", long.class);
    private static final VarHandle EARLIEST = field("earliest", long.class);
    private static final VarHandle LATEST = field("latest", long.class);

    // Invariant: a put shows itself in this order, each step a release: the new version in its key's head, or the
    // new node in the arrival list and then in the hash index; last of all the sequence number. So
    //  - who finds a reference, by get or in the arrival list, sees all that it leads to (see Nodes);
    //  - who has acquired lastSeqNo finds everything up to it: by get in the hash index, which is the newest
    //    directory or has all its slots (see HashIndex); by iterator, because the arrival list is loaded after
    //    lastSeqNo and covers it;
    //  - an iterator sees one moment: it looks at nothing above the lastSeqNo of its making, whatever the chains
    //    grow.
    // All memory that a put needs is reserved before its first step, so an OutOfMemoryError leaves nothing half
    // done.
    private final Arena arena = new Arena();
    private final HashIndex hashIndex;
    private final ArrivalList arrivals = new ArrivalList();
    private volatile SortedIndex sortedIndex = new SortedIndex(arena);

    /** Made when somebody asks for a group. */
    private volatile @Nullable GroupIndex groupIndex;

    private final @Nullable ToLongFunction<Slice> keyTime;

    // Of all keys so far; any time where keys have none. Moved before the key can be found, so that who has acquired
    // lastSeqNo knows of its time.
    private long earliest;
    private long latest;

    private long firstSeqNo;
    private long lastSeqNo;
    private long entries;
    private long dataBytes;

    /** An empty memtable of keys without times: it holds next to no memory until the first put. */
    public Memtable() {
        this(null, 0);
    }

    /**
     * An empty memtable.
     *
     * @param keyTime the time that is a part of each key, or {@code null} if there is none
     * @param expectedKeys how many keys it will have, as far as anybody knows: any number from 0 on
     */
    public Memtable(@Nullable ToLongFunction<Slice> keyTime, int expectedKeys) {
        this.hashIndex = new HashIndex(expectedKeys);
        this.keyTime = keyTime;
        this.earliest = keyTime == null ? Long.MIN_VALUE : Long.MAX_VALUE;
        this.latest = keyTime == null ? Long.MAX_VALUE : Long.MIN_VALUE;
    }

    /** Adds a version of a key whose bytes are elsewhere, as the other {@code put} does. */
    public void put(long seqNo, EntryKind kind, Slice key, Slice value) {
        put(
                seqNo,
                kind,
                key.array(),
                key.offset(),
                key.length(),
                KeyHash.of(key.array(), key.offset(), key.length()),
                value.array(),
                value.offset(),
                value.length());
    }

    /**
     * Adds a version of a key. One thread at a time.
     *
     * @param seqNo greater than 0 and than that of every earlier put
     * @param kind for {@link EntryKind#DELETE} the value is empty
     * @param keyHash {@link io.streambed.lsm.bytes.KeyHash} of the key
     */
    public void put(
            long seqNo,
            EntryKind kind,
            byte[] key,
            int keyOffset,
            int keyLength,
            long keyHash,
            byte[] value,
            int valueOffset,
            int valueLength) {
        assert seqNo > lastSeqNo : seqNo + " after " + lastSeqNo;
        assert keyLength <= MAX_KEY_BYTES && valueLength <= MAX_VALUE_BYTES : keyLength + ", " + valueLength;
        assert kind == EntryKind.PUT || valueLength == 0 : "a tombstone with a value";
        long stamp = Nodes.stamp(seqNo, kind);
        int node = hashIndex.find(arena, key, keyOffset, keyLength, keyHash);
        if (node != Arena.NONE) {
            Nodes.overwrite(arena, node, stamp, value, valueOffset, valueLength);
        } else {
            hashIndex.reserve(keyHash);
            arrivals.reserve();
            takeInTime(key, keyOffset, keyLength);
            node = Nodes.write(arena, key, keyOffset, keyLength, stamp, value, valueOffset, valueLength);
            arrivals.add(node);
            hashIndex.insert(keyHash, node);
        }
        if (lastSeqNo == 0) {
            firstSeqNo = seqNo;
        }
        ENTRIES.setOpaque(this, entries + 1);
        DATA_BYTES.setOpaque(this, dataBytes + keyLength + valueLength);
        LAST_SEQ_NO.setRelease(this, seqNo);
    }

    /**
     * The newest version of a key whose sequence number is at most {@code maxSeqNo}. Any thread.
     *
     * @param keyHash {@link io.streambed.lsm.bytes.KeyHash} of the key
     * @return a copy of the value; {@link Lookup#TOMBSTONE} if that version deletes the key; null if there is none here
     */
    public byte @Nullable [] get(byte[] key, int keyOffset, int keyLength, long keyHash, long maxSeqNo) {
        int node = hashIndex.find(arena, key, keyOffset, keyLength, keyHash);
        if (node == Arena.NONE) {
            return null;
        }
        int version = Nodes.newest(arena, node, maxSeqNo);
        if (version == Arena.NONE) {
            return null;
        }
        if (Nodes.kind(Nodes.stamp(arena, version)) == EntryKind.DELETE) {
            return Lookup.TOMBSTONE;
        }
        byte[] slab = arena.slab(version);
        int at = Arena.offset(version);
        int from = Nodes.valueOffset(at);
        return Arrays.copyOfRange(slab, from, from + Nodes.valueLength(slab, at));
    }

    /**
     * What a reader walks: of each key only the newest version whose sequence number is at most {@code maxSeqNo}, tombstones
     * included. It shows every put that had ended when it was made, and nothing later. Its slices point into the
     * memtable, without a copy. Any thread may ask; the iterator is for one thread.
     */
    public InternalIterator iterator(long maxSeqNo) {
        long visible = Math.min(maxSeqNo, lastSeqNo());
        return new MemtableIterator(arena, sorted(), visible, false);
    }

    /**
     * The same for a range of keys of one group: keys of one length that differ in their last bytes only. They are found by what they have
     * in common, without an order of all keys, unless they are many. Keys of the range that are not of the group may be shown or not.
     *
     * @param from the first key of the range, longer than {@code suffixBytes}
     * @param to the first key behind the range
     * @param suffixBytes how many bytes tell the keys of a group apart; the same each time
     * @return {@code null} if there is nothing to see
     */
    public @Nullable InternalIterator groupIterator(long maxSeqNo, byte[] from, byte[] to, int suffixBytes) {
        long visible = Math.min(maxSeqNo, lastSeqNo());
        GroupIndex index = groups(suffixBytes);
        if (index.cover(arrivals.size())) {
            int[] nodes = new int[GroupIterator.FEW_NODES];
            int count = index.find(from, to, nodes);
            if (count < 0) {
                nodes = new int[GroupIterator.MOST_NODES];
                count = index.find(from, to, nodes);
            }
            if (count >= 0) {
                return count == 0 ? null : GroupIterator.of(arena, nodes, count, from, to, suffixBytes, visible);
            }
        }
        return new MemtableIterator(arena, sorted(), visible, false);
    }

    /** What a flush walks: every version of every key, of the puts that had ended when it was made. Any thread. */
    public InternalIterator allVersions() {
        long visible = lastSeqNo();
        int arrived = arrivals.size();
        SortedIndex index = sortedIndex;
        if (index.covered() == 0 && arrived > 0) {
            // Nobody has asked for an order so far, so there is none to build on.
            SORTED_INDEX.compareAndSet(this, index, index.whole(arrivals, arrived));
        }
        return new MemtableIterator(arena, sorted(), visible, true);
    }

    /**
     * Bytes that the memtable holds: slabs with their unused rest, hash index and list of arrivals. The order that iterators
     * ask for comes on top, 12 bytes a key, and so do groups. Any thread.
     */
    public long bytes() {
        return arena.bytes() + hashIndex.bytes() + arrivals.bytes();
    }

    /**
     * {@link #bytes()}, and what the order takes that a flush asks for at the latest, and what groups take that were asked for. Changes only
     * when the memtable takes a further piece of memory, or for another 256 keys. Any thread.
     */
    public long bytesWithOrder() {
        GroupIndex groups = groupIndex;
        return bytes()
                + (groups == null ? 0 : groups.bytes())
                + (keys() / ORDER_STEP + 1) * (long) ORDER_STEP * ORDER_BYTES;
    }

    /**
     * By how much the data of a next put can raise {@link #bytes()}: 0 while there is room in what is held. Hash index and
     * list of arrivals come on top, at times, with little more than 256 KiB. To be asked by the thread that puts.
     */
    public long growth(int keyLength, int valueLength) {
        return arena.growth(Nodes.size(keyLength, valueLength));
    }

    /** Sum of the lengths of keys and values of all entries. Any thread. */
    public long dataBytes() {
        return (long) DATA_BYTES.getOpaque(this);
    }

    /** Number of different keys. Any thread. */
    public int keys() {
        return arrivals.size();
    }

    /** Number of versions of all keys. Any thread. */
    public long entries() {
        return (long) ENTRIES.getOpaque(this);
    }

    /** Whether a key may have a time from {@code from} to {@code to}, both included. Any thread. */
    public boolean mayHaveTimes(long from, long to) {
        // What is asked for is what was put by now.
        return lastSeqNo() != 0 && (long) EARLIEST.getOpaque(this) <= to && (long) LATEST.getOpaque(this) >= from;
    }

    /** Whether nothing was put yet. Any thread. */
    public boolean isEmpty() {
        return lastSeqNo() == 0;
    }

    /** Sequence number of the first put; 0 before it. Any thread. */
    public long firstSeqNo() {
        return isEmpty() ? 0 : firstSeqNo;
    }

    /** Sequence number of the latest put that has ended; 0 before the first. Any thread. */
    public long lastSeqNo() {
        return (long) LAST_SEQ_NO.getAcquire(this);
    }

    private void takeInTime(byte[] key, int keyOffset, int keyLength) {
        if (keyTime == null) {
            return;
        }
        // A slice that is kept would hold a whole batch's array for as long as nothing else is put.
        long time = keyTime.applyAsLong(Slice.of(key, keyOffset, keyLength));
        if (time < earliest) {
            EARLIEST.setOpaque(this, time);
        }
        if (time > latest) {
            LATEST.setOpaque(this, time);
        }
    }

    /** The sorted index of everything that has arrived by now: built on from the last one, one chunk after another. */
    private SortedIndex sorted() {
        int arrived = arrivals.size();
        SortedIndex index = sortedIndex;
        while (index.covered() < arrived) {
            // Of several readers that do the same at once one wins a step, and the others go on from its result.
            SORTED_INDEX.compareAndSet(this, index, index.next(arrivals, arrived));
            index = sortedIndex;
        }
        return index;
    }

    private GroupIndex groups(int suffixBytes) {
        GroupIndex index = groupIndex;
        if (index == null) {
            GROUP_INDEX.compareAndSet(this, null, new GroupIndex(arena, arrivals, suffixBytes));
            index = Objects.requireNonNull(groupIndex);
        }
        assert index.suffixBytes() == suffixBytes : suffixBytes;
        return index;
    }

    private static VarHandle field(String name, Class<?> type) {
        try {
            return MethodHandles.lookup().findVarHandle(Memtable.class, name, type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
