package io.streambed.lsm.internal.iterator;

import io.streambed.lsm.bytes.KeyHead;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryView;
import io.streambed.lsm.internal.entry.InternalIterator;
import java.io.IOException;
import java.util.List;

/**
 * Merges sorted sources into one, by user key and, for one key, by sequence number descending. No two sources hold the same key
 * with the same sequence number.
 *
 * <p>Goes on only in the direction of its last positioning move: {@link #next} after {@link #first} or {@link #seek}, {@link
 * #prev} after {@link #last} or {@link #seekBefore}. Nobody here ever turns round, and turning would cost a seek in every source.
 */
public final class MergingIterator implements InternalIterator {
    // The sources that stand on an entry form a binary heap: the one to give next is heap[0]. Its entry is read in
    // place;
    // a move advances that source and lets it sink, which costs one or two comparisons where sources do not interleave
    // much. Comparisons begin with the first eight bytes of each key, kept beside it, so most of them touch no key.
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

        void read() {
            EntryView now = source.entry();
            entry = now;
            Slice key = now.key();
            prefix = KeyHead.of(key.array(), key.offset(), key.length());
        }
    }

    private MergingIterator(List<InternalIterator> sources) {
        this.heads = new Head[sources.size()];
        for (int i = 0; i < heads.length; i++) {
            heads[i] = new Head(sources.get(i));
        }
        this.heap = new Head[heads.length];
    }

    /** A merge of {@code sources}, which it owns; of one source, that source. */
    public static InternalIterator of(List<InternalIterator> sources) {
        return sources.size() == 1 ? sources.get(0) : new MergingIterator(sources);
    }

    @Override
    public boolean first() throws IOException {
        begin(true);
        for (Head head : heads) {
            if (head.source.first()) {
                push(head);
            }
        }
        return size > 0;
    }

    @Override
    public boolean last() throws IOException {
        begin(false);
        for (Head head : heads) {
            if (head.source.last()) {
                push(head);
            }
        }
        return size > 0;
    }

    @Override
    public boolean seek(Slice userKey) throws IOException {
        begin(true);
        for (Head head : heads) {
            if (head.source.seek(userKey)) {
                push(head);
            }
        }
        return size > 0;
    }

    @Override
    public boolean seekBefore(Slice userKey) throws IOException {
        begin(false);
        for (Head head : heads) {
            if (head.source.seekBefore(userKey)) {
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
        if (onEntry) {
            heap[0].read();
        } else {
            size--;
            heap[0] = heap[size];
        }
        if (size > 1) {
            sink();
        }
        return size > 0;
    }

    private void push(Head head) {
        head.read();
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
