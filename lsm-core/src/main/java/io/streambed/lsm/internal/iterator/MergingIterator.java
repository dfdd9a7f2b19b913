package io.streambed.lsm.internal.iterator;

import io.streambed.lsm.bytes.KeyHead;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryView;
import io.streambed.lsm.internal.entry.InternalIterator;
import java.io.IOException;
import java.util.Arrays;
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
    // The sources that stand on an entry form a binary heap: the one to give next is heap[0]. Its entry is read in
    // place;
    // a move advances that source and lets it sink, which costs one or two comparisons where sources do not interleave
    // much. Comparisons begin with eight bytes of each key, kept beside it, so most of them touch no key: its first
    // ones, or those behind what all keys of the range have in common.
    private final @Nullable Range range;
    private final Head[] heads;
    private final Head[] heap;
    private int size;
    private boolean forward = true;

    /** A source, and what it stands on while it is in the heap. */
    private static final class Head {
        private static final EntryView NOTHING = new EntryView();

        final InternalIterator source;
        EntryView entry = NOTHING;
        long prefix;

        Head(InternalIterator source) {
            this.source = source;
        }

        /** Takes in where the source has moved to; {@code false} if that is outside. */
        boolean read(@Nullable Range range, boolean forward) {
            EntryView now = source.entry();
            entry = now;
            Slice key = now.key();
            if (range != null) {
                prefix = range.head(key);
                return range.reaches(key, prefix, forward);
            }
            prefix = KeyHead.of(key.array(), key.offset(), key.length());
            return true;
        }
    }

    /** Keys from one to before another one. */
    private static final class Range {
        private final byte[] from;
        private final byte[] to;
        private final int common;
        private final long first;
        private final long end;

        Range(byte[] from, byte[] to) {
            this.from = from;
            this.to = to;
            int mismatch = Arrays.mismatch(from, to);
            this.common = mismatch < 0 ? from.length : mismatch;
            this.first = KeyHead.of(from, common, from.length - common);
            this.end = KeyHead.of(to, common, to.length - common);
        }

        /** The eight bytes behind what both ends have in common: those of a key that is not between them say nothing. */
        long head(Slice key) {
            return KeyHead.of(key.array(), key.offset() + common, key.length() - common);
        }

        /** Whether a key, with its head, is not behind the range, or in reverse, not before it. */
        boolean reaches(Slice key, long head, boolean forward) {
            int at = key.offset();
            if (key.length() < common || !Arrays.equals(key.array(), at, at + common, from, 0, common)) {
                // Not below `from` when it walks forward, so behind all that begins as both ends do; in reverse
                // likewise.
                return false;
            }
            if (forward) {
                return head != end ? head < end : isBelow(key, to);
            }
            return head != first ? head > first : !isBelow(key, from);
        }

        private static boolean isBelow(Slice key, byte[] other) {
            return key.compareTo(other, 0, other.length) < 0;
        }
    }

    private MergingIterator(List<InternalIterator> sources, @Nullable Range range) {
        this.range = range;
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
     * A merge of what {@code sources}, which it owns, have from one key on and before another one. Forward it begins
     * with {@link #seek} at {@code from} or behind it, in reverse with {@link #seekBefore} at {@code to} or before it.
     */
    public static InternalIterator within(byte[] from, byte[] to, List<InternalIterator> sources) {
        return new MergingIterator(sources, new Range(from, to));
    }

    @Override
    public boolean first() throws IOException {
        begin(true);
        for (Head head : heads) {
            if (head.source.first() && head.read(range, true)) {
                push(head);
            }
        }
        return size > 0;
    }

    @Override
    public boolean last() throws IOException {
        begin(false);
        for (Head head : heads) {
            if (head.source.last() && head.read(range, false)) {
                push(head);
            }
        }
        return size > 0;
    }

    @Override
    public boolean seek(Slice userKey) throws IOException {
        begin(true);
        for (Head head : heads) {
            if (head.source.seek(userKey) && head.read(range, true)) {
                push(head);
            }
        }
        return size > 0;
    }

    @Override
    public boolean seekBefore(Slice userKey) throws IOException {
        begin(false);
        for (Head head : heads) {
            if (head.source.seekBefore(userKey) && head.read(range, false)) {
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
    }

    private void requireDirection(boolean right) {
        if (!right || size == 0) {
            throw new IllegalStateException(
                    size == 0 ? "iterator is not on an entry" : "a merging iterator does not turn round");
        }
    }

    /** Restores the heap after its first source has moved. */
    private boolean advance(boolean onEntry) {
        if (!onEntry || !heap[0].read(range, forward)) {
            size--;
            heap[0] = heap[size];
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
        int at = 0;
        while (true) {
            int child = 2 * at + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && comesFirst(heap[child + 1], heap[child])) {
                child++;
            }
            if (comesFirst(head, heap[child])) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = head;
    }

    private boolean comesFirst(Head head, Head other) {
        if (head.prefix != other.prefix) {
            return (head.prefix < other.prefix) == forward;
        }
        int order = head.entry.key().compareTo(other.entry.key());
        if (order == 0) {
            order = Long.compare(other.entry.stamp(), head.entry.stamp());
        }
        return order < 0 == forward;
    }
}
