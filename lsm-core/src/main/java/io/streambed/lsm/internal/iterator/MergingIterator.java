package io.streambed.lsm.internal.iterator;

import io.streambed.lsm.bytes.KeptKey;
import io.streambed.lsm.bytes.KeyHead;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryView;
import io.streambed.lsm.internal.entry.InternalIterator;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Merges sorted sources into one, by user key and, for one key, by sequence number descending. No two sources hold the same key
 * with the same sequence number.
 *
 * <p>Goes on only in the direction of its last positioning move: {@link #next} after {@link #first} or {@link #seek}, {@link
 * #prev} after {@link #last} or {@link #seekBefore}. Nobody here ever turns round, and turning would cost a seek in every source.
 *
 * <p>Within a range a source is through where it leaves the range. So what the ends of the range have in common is compared once for each
 * entry, and from then on the eight bytes behind it tell nearly all keys apart: of windows of one key, their times; the first eight bytes of
 * their keys would be the same for all.
 */
public final class MergingIterator implements InternalIterator {
    private static final VarHandle BIG_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    // The sources that stand on an entry form a binary heap: the one to give next is heap[0]. Its entry is read in
    // place; a move advances that source and lets it sink, which costs one comparison as long as the same source goes
    // on. Comparisons begin with eight bytes of each key, kept beside it, so most of them touch no key: its first ones,
    // or those behind what all keys of the range have in common.
    private final @Nullable Bounds bounds;

    /** How many bytes two keys in the heap have in common if their heads are equal, and they are that long. */
    private final int decided;

    private final Head[] heads;
    private final Head[] heap;
    private int size;
    private boolean forward = true;

    /** Where in the heap the source stands that comes next after the first one, if that is known; else 0. */
    private int second;

    /** The key that {@link #nextKey} left, as long as there are several sources. */
    private final KeptKey left = new KeptKey();

    /** A source, and what it stands on while it is in the heap. */
    private static final class Head {
        private static final EntryView NOTHING = new EntryView();

        final InternalIterator source;
        EntryView entry = NOTHING;
        long prefix;

        Head(InternalIterator source) {
            this.source = source;
        }

        /** Takes in where the source has moved to, or stands after passing what nobody asks for; whether it is on an entry then. */
        boolean arrive(boolean onEntry, @Nullable Bounds bounds, boolean forward) throws IOException {
            boolean on = onEntry;
            while (on) {
                EntryView now = source.entry();
                entry = now;
                Slice key = now.key();
                if (bounds == null) {
                    prefix = KeyHead.of(key.array(), key.offset(), key.length());
                    return true;
                }
                prefix = bounds.head(key);
                if (!bounds.reaches(key, prefix, forward)) {
                    return false;
                }
                if (bounds.isOfTime(key)) {
                    return true;
                }
                on = forward ? source.next() : source.prev();
            }
            return false;
        }
    }

    private MergingIterator(List<InternalIterator> sources, @Nullable Bounds bounds) {
        this.bounds = bounds;
        this.decided = Long.BYTES + (bounds == null ? 0 : bounds.common());
        this.heads = new Head[sources.size()];
        for (int i = 0; i < heads.length; i++) {
            heads[i] = new Head(sources.get(i));
        }
        this.heap = new Head[heads.length];
    }

    /** A merge of {@code sources}, which it owns; of one source, that source. */
    public static InternalIterator of(List<InternalIterator> sources) {
        return sources.size() == 1 ? sources.get(0) : new MergingIterator(sources, null);
    }

    /**
     * A merge of what {@code sources}, which it owns, have within {@code bounds}. Forward it begins with {@link #seek} at
     * their first key or behind it, in reverse with {@link #seekBefore} at their end or before it.
     */
    public static InternalIterator within(Bounds bounds, List<InternalIterator> sources) {
        return new MergingIterator(sources, bounds);
    }

    @Override
    public boolean first() throws IOException {
        begin(true);
        for (Head head : heads) {
            if (head.arrive(head.source.first(), bounds, true)) {
                push(head);
            }
        }
        return size > 0;
    }

    @Override
    public boolean last() throws IOException {
        begin(false);
        for (Head head : heads) {
            if (head.arrive(head.source.last(), bounds, false)) {
                push(head);
            }
        }
        return size > 0;
    }

    @Override
    public boolean seek(Slice userKey) throws IOException {
        begin(true);
        for (Head head : heads) {
            if (head.arrive(head.source.seek(userKey), bounds, true)) {
                push(head);
            }
        }
        return size > 0;
    }

    @Override
    public boolean seekBefore(Slice userKey) throws IOException {
        begin(false);
        for (Head head : heads) {
            if (head.arrive(head.source.seekBefore(userKey), bounds, false)) {
                push(head);
            }
        }
        return size > 0;
    }

    @Override
    public boolean next() throws IOException {
        requireDirection(forward);
        return advance(heap[0].source.next());
    }

    @Override
    public boolean nextKey() throws IOException {
        requireDirection(forward);
        Head first = heap[0];
        if (size > 1) {
            left.keep(first.entry.key());
        }
        boolean on = advance(first.source.nextKey());
        // The source that was first has passed all its versions of the key. Others may have older ones.
        while (on && heap[0] != first && left.is(heap[0].entry.key())) {
            on = advance(heap[0].source.nextKey());
        }
        return on;
    }

    @Override
    public boolean prev() throws IOException {
        requireDirection(!forward);
        return advance(heap[0].source.prev());
    }

    @Override
    public EntryView entry() {
        return heap[0].entry;
    }

    @Override
    public void close() throws IOException {
        size = 0;
        IOException failure = null;
        for (Head head : heads) {
            try {
                head.source.close();
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void begin(boolean forwardFromHere) {
        forward = forwardFromHere;
        size = 0;
        second = 0;
    }

    private void requireDirection(boolean right) {
        if (!right || size == 0) {
            throw new IllegalStateException(
                    size == 0 ? "iterator is not on an entry" : "a merging iterator does not turn round");
        }
    }

    /** Restores the heap after its first source has moved. */
    private boolean advance(boolean onEntry) throws IOException {
        if (!heap[0].arrive(onEntry, bounds, forward)) {
            size--;
            heap[0] = heap[size];
            second = 0;
        }
        if (size > 1) {
            sink();
        }
        return size > 0;
    }

    private void push(Head head) {
        int at = size++;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (!comesFirst(head, heap[parent])) {
                break;
            }
            heap[at] = heap[parent];
            at = parent;
        }
        heap[at] = head;
    }

    private void sink() {
        Head head = heap[0];
        int child = second == 0 ? firstChild(0) : second;
        if (comesFirst(head, heap[child])) {
            second = child;
            return;
        }
        second = 0;
        int at = 0;
        do {
            heap[at] = heap[child];
            at = child;
            child = firstChild(at);
        } while (child < size && !comesFirst(head, heap[child]));
        heap[at] = head;
    }

    /** That child of a place in the heap which comes first; the heap's size or more if there is none. */
    private int firstChild(int at) {
        int child = 2 * at + 1;
        return child + 1 < size && comesFirst(heap[child + 1], heap[child]) ? child + 1 : child;
    }

    private boolean comesFirst(Head head, Head other) {
        if (head.prefix != other.prefix) {
            return (head.prefix < other.prefix) == forward;
        }
        int order = compareBehindHeads(head.entry.key(), other.entry.key());
        if (order == 0) {
            order = Long.compare(other.entry.stamp(), head.entry.stamp());
        }
        return order < 0 == forward;
    }

    /**
     * Compares two keys that have their heads in common, by words: what tells windows of a key apart is the last of some forty bytes, and to
     * call what compares arrays of any length takes as long as that.
     */
    private int compareBehindHeads(Slice key, Slice other) {
        int shorter = Math.min(key.length(), other.length());
        if (shorter < decided) {
            // Zeros stand in the heads for what is not there.
            return key.compareTo(other);
        }
        byte[] bytes = key.array();
        byte[] others = other.array();
        int start = key.offset();
        int otherStart = other.offset();
        int at = decided;
        while (at < shorter) {
            // The last word begins earlier if it has to: with bytes that are known to be equal.
            int from = Math.min(at, shorter - Long.BYTES);
            long word = (long) BIG_ENDIAN_LONG.get(bytes, start + from);
            long otherWord = (long) BIG_ENDIAN_LONG.get(others, otherStart + from);
            if (word != otherWord) {
                return Long.compareUnsigned(word, otherWord);
            }
            at = from + Long.BYTES;
        }
        return Integer.compare(key.length(), other.length());
    }
}
