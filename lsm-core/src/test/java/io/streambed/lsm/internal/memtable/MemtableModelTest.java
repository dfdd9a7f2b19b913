package io.streambed.lsm.internal.memtable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.entry.Lookup;
import io.streambed.lsm.testing.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Random operations on a memtable and on a {@link TreeMap} from entry to value must answer alike. */
class MemtableModelTest {
    /** An entry's place: key ascending, sequence number descending. */
    private record Place(Slice key, long seqNo) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int order = key.compareTo(other.key);
            return order != 0 ? order : Long.compare(other.seqNo, seqNo);
        }
    }

    /** An iterator that was taken earlier, what it may show, and where it should stand. */
    private static final class Walk {
        final InternalIterator iterator;
        final List<Map.Entry<Place, byte[]>> expected;
        int at = -1;

        Walk(InternalIterator iterator, List<Map.Entry<Place, byte[]>> expected) {
            this.iterator = iterator;
            this.expected = expected;
        }
    }

    private static final List<KeyShape> SHAPES = List.of(KeyShape.values());
    private static final byte[] DELETED = new byte[0];

    private final long seed = Seeds.seed("MemtableModelTest");
    private final Random random = new Random(seed);

    /** Some expect next to nothing, some far more than comes, and some fewer than come, in one segment of their index or in several. */
    private final Memtable memtable =
            new Memtable(null, random.nextBoolean() ? random.nextInt(5_000) : random.nextInt(400_000));

    private final NavigableMap<Place, byte[]> model = new TreeMap<>();
    private final List<byte[]> keys = new ArrayList<>();
    private final List<Walk> walks = new ArrayList<>();
    private final int suffixBytes = 1 + random.nextInt(12);
    private long seqNo;

    @RepeatedTest(20)
    void answersAsATreeMapDoes() throws IOException {
        int shapes = 1 + random.nextInt(SHAPES.size());
        int scanEvery = 1 << random.nextInt(12);
        int groupEvery = 1 << random.nextInt(8);
        for (int i = 0; i < 3_000; i++) {
            put(i, shapes);
            if (random.nextInt(4) == 0) {
                checkGet();
            }
            if (random.nextInt(scanEvery) == 0) {
                takeWalk();
            }
            if (random.nextInt(groupEvery) == 0) {
                checkGroup();
            }
            if (!walks.isEmpty() && random.nextInt(scanEvery) == 0) {
                move(walks.get(random.nextInt(walks.size())), 30);
            }
        }
        takeWalk();
        for (Walk walk : walks) {
            move(walk, 50);
        }
        checkWhole(new Walk(memtable.allVersions(), List.copyOf(model.entrySet())));
        checkCounts();
    }

    @Test
    void sortsMoreThanAChunkTakes() throws IOException {
        for (int i = 0; i < 150_000; i++) {
            byte[] key = (i % 3 == 0 ? KeyShape.DECIMAL : KeyShape.RANDOM).make(random, keys);
            keys.add(key);
            write(key, EntryKind.PUT, new byte[] {(byte) i});
            if (i == 20_000 || i == 90_000) {
                takeWalk();
            }
        }
        takeWalk();
        for (Walk walk : walks) {
            move(walk, 1_000);
        }
        checkWhole(new Walk(memtable.allVersions(), List.copyOf(model.entrySet())));
        checkCounts();
    }

    /** Nobody has asked for an order before: more nodes than a reader's chunk takes come into one. */
    @Test
    void aFlushSortsAllAtOnce() throws IOException {
        for (int i = 0; i < 100_000; i++) {
            if (i % 2 == 0) {
                put(i, SHAPES.size());
            } else {
                // Many that are alike in the five bytes that words are sorted by, and in as many again.
                byte[] key = new byte[17 + random.nextInt(3)];
                key[4] = (byte) random.nextInt(100);
                key[12] = (byte) random.nextInt(3);
                ByteBuffer.wrap(key).putInt(13, random.nextInt());
                keys.add(key);
                write(key, EntryKind.PUT, new byte[] {(byte) i});
            }
        }
        assertTrue(memtable.keys() > SortedChunk.MAX_NODES);
        checkWhole(new Walk(memtable.allVersions(), List.copyOf(model.entrySet())));
        takeWalk();
        move(walks.get(0), 1_000);
        checkCounts();
    }

    private void put(int i, int shapes) {
        byte[] key;
        if (!keys.isEmpty() && random.nextInt(3) == 0) {
            key = keys.get(random.nextInt(keys.size()));
        } else {
            key = SHAPES.get(random.nextInt(shapes)).make(random, keys);
            keys.add(key);
        }
        if (random.nextInt(5) == 0) {
            write(key, EntryKind.DELETE, DELETED);
        } else {
            byte[] value = new byte[random.nextInt(200) == 0 ? 20_000 : random.nextInt(40)];
            Arrays.fill(value, (byte) i);
            write(key, EntryKind.PUT, value);
        }
    }

    private void write(byte[] key, EntryKind kind, byte[] value) {
        seqNo += 1 + random.nextInt(3);
        int before = random.nextInt(3);
        byte[] padded = new byte[before + key.length + random.nextInt(3)];
        System.arraycopy(key, 0, padded, before, key.length);
        memtable.put(seqNo, kind, padded, before, key.length, KeyHash.of(key), value, 0, value.length);
        model.put(new Place(Slice.of(key), seqNo), kind == EntryKind.DELETE ? DELETED : value);
    }

    private void checkGet() {
        byte[] key = random.nextInt(4) == 0
                ? SHAPES.get(random.nextInt(SHAPES.size())).make(random, keys)
                : keys.get(random.nextInt(keys.size()));
        long maxSeqNo = random.nextBoolean() ? Long.MAX_VALUE : random.nextLong(seqNo + 2);
        byte[] found = memtable.get(key, 0, key.length, KeyHash.of(key), maxSeqNo);
        Map.Entry<Place, byte[]> expected = model.ceilingEntry(new Place(Slice.of(key), maxSeqNo));
        if (expected == null || !expected.getKey().key.contentEquals(key)) {
            assertNull(found);
        } else if (expected.getValue() == DELETED) {
            assertSame(Lookup.TOMBSTONE, found);
        } else {
            assertArrayEquals(expected.getValue(), found);
        }
    }

    /** A range of one group: all of the group is shown, and of others nothing that is not there. */
    private void checkGroup() throws IOException {
        byte[] from =
                SHAPES.get(random.nextInt(SHAPES.size())).make(random, keys).clone();
        if (random.nextBoolean()) {
            from = keys.get(random.nextInt(keys.size())).clone();
        }
        int common = from.length - suffixBytes;
        if (common <= 0) {
            return;
        }
        byte[] to = from.clone();
        if (random.nextBoolean()) {
            Arrays.fill(from, common, from.length, (byte) 0);
            Arrays.fill(to, common, to.length, (byte) 0xff);
            to = Arrays.copyOf(to, to.length + 1);
        } else {
            byte[] other = keys.get(random.nextInt(keys.size()));
            boolean within = random.nextBoolean();
            for (int i = common; within && i < to.length; i++) {
                to[i] = (byte) random.nextInt();
            }
            to = within ? to : other;
        }
        if (Arrays.compareUnsigned(from, to) >= 0) {
            return;
        }
        long maxSeqNo = random.nextInt(3) == 0 ? random.nextLong(seqNo + 1) : Long.MAX_VALUE;
        List<String> expected = new ArrayList<>();
        for (Map.Entry<Place, byte[]> entry : visible(maxSeqNo)) {
            Slice key = entry.getKey().key;
            if (isOfGroup(key, from, common) && isBetween(key, from, to)) {
                expected.add(key + "@" + entry.getKey().seqNo + Arrays.toString(entry.getValue()));
            }
        }
        List<String> shown = new ArrayList<>();
        List<String> reversed = new ArrayList<>();
        InternalIterator group = memtable.groupIterator(maxSeqNo, from, to, suffixBytes);
        if (group != null) {
            for (boolean on = group.seek(Slice.of(from));
                    on && isBetween(group.userKey(), from, to);
                    on = group.next()) {
                addOfGroup(group, from, common, shown);
            }
            for (boolean on = group.seekBefore(Slice.of(to));
                    on && isBetween(group.userKey(), from, to);
                    on = group.prev()) {
                addOfGroup(group, from, common, reversed);
            }
        }
        assertEquals(expected, shown);
        Collections.reverse(reversed);
        assertEquals(expected, reversed);
    }

    private static void addOfGroup(InternalIterator at, byte[] from, int common, List<String> shown) {
        if (isOfGroup(at.userKey(), from, common)) {
            shown.add(
                    at.userKey() + "@" + at.seqNo() + Arrays.toString(at.value().toByteArray()));
        }
    }

    private static boolean isOfGroup(Slice key, byte[] from, int common) {
        return key.length() == from.length && Arrays.equals(key.toByteArray(), 0, common, from, 0, common);
    }

    private static boolean isBetween(Slice key, byte[] from, byte[] to) {
        return key.compareTo(Slice.of(from)) >= 0 && key.compareTo(Slice.of(to)) < 0;
    }

    private List<Map.Entry<Place, byte[]>> visible(long maxSeqNo) {
        List<Map.Entry<Place, byte[]>> visible = new ArrayList<>();
        Slice last = null;
        for (Map.Entry<Place, byte[]> entry : model.entrySet()) {
            Slice key = entry.getKey().key;
            if (entry.getKey().seqNo <= maxSeqNo && (last == null || !last.equals(key))) {
                visible.add(entry);
                last = key;
            }
        }
        return visible;
    }

    private void takeWalk() {
        if (random.nextBoolean()) {
            walks.add(new Walk(memtable.allVersions(), List.copyOf(model.entrySet())));
        } else {
            long maxSeqNo = random.nextInt(3) == 0 ? random.nextLong(seqNo + 1) : Long.MAX_VALUE;
            walks.add(new Walk(memtable.iterator(maxSeqNo), visible(maxSeqNo)));
        }
        if (walks.size() > 8) {
            walks.remove(random.nextInt(walks.size()));
        }
    }

    private void move(Walk walk, int steps) throws IOException {
        for (int i = 0; i < steps; i++) {
            boolean on = walk.at >= 0 && walk.at < walk.expected.size();
            int what = random.nextInt(on ? 20 : 4);
            boolean found;
            if (what == 0) {
                found = walk.iterator.first();
                walk.at = 0;
            } else if (what == 1) {
                found = walk.iterator.last();
                walk.at = walk.expected.size() - 1;
            } else if (what < 4) {
                found = seek(walk, what == 2);
            } else if (what < 9) {
                found = walk.iterator.next();
                walk.at++;
            } else if (what < 12) {
                found = walk.iterator.nextKey();
                Slice before = walk.expected.get(walk.at).getKey().key;
                do {
                    walk.at++;
                } while (walk.at < walk.expected.size()
                        && walk.expected.get(walk.at).getKey().key.equals(before));
            } else {
                found = walk.iterator.prev();
                walk.at--;
            }
            assertEquals(walk.at >= 0 && walk.at < walk.expected.size(), found);
            if (found) {
                checkEntry(walk);
            }
        }
    }

    private boolean seek(Walk walk, boolean before) throws IOException {
        byte[] key = random.nextBoolean()
                ? SHAPES.get(random.nextInt(SHAPES.size())).make(random, keys)
                : keys.get(random.nextInt(keys.size()));
        int low = 0;
        int high = walk.expected.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (walk.expected.get(middle).getKey().key.compareTo(Slice.of(key)) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        walk.at = before ? low - 1 : low;
        return before ? walk.iterator.seekBefore(Slice.of(key)) : walk.iterator.seek(Slice.of(key));
    }

    private static void checkWhole(Walk walk) throws IOException {
        walk.at = 0;
        for (boolean on = walk.iterator.first(); on; on = walk.iterator.next()) {
            checkEntry(walk);
            walk.at++;
        }
        assertEquals(walk.expected.size(), walk.at);
        for (boolean on = walk.iterator.last(); on; on = walk.iterator.prev()) {
            walk.at--;
            checkEntry(walk);
        }
        assertEquals(0, walk.at);
    }

    private static void checkEntry(Walk walk) {
        Map.Entry<Place, byte[]> expected = walk.expected.get(walk.at);
        assertEquals(expected.getKey().key, walk.iterator.userKey());
        assertEquals(expected.getKey().seqNo, walk.iterator.seqNo());
        assertEquals(expected.getValue() == DELETED ? EntryKind.DELETE : EntryKind.PUT, walk.iterator.kind());
        assertArrayEquals(expected.getValue(), walk.iterator.value().toByteArray());
    }

    private void checkCounts() {
        long dataBytes = 0;
        for (Map.Entry<Place, byte[]> entry : model.entrySet()) {
            dataBytes += entry.getKey().key.length() + entry.getValue().length;
        }
        assertEquals(dataBytes, memtable.dataBytes());
        assertEquals(model.size(), memtable.entries());
        assertEquals(
                model.keySet().stream()
                        .map(Place::key)
                        .collect(Collectors.toCollection(TreeSet::new))
                        .size(),
                memtable.keys());
        assertEquals(seqNo, memtable.lastSeqNo());
    }
}
