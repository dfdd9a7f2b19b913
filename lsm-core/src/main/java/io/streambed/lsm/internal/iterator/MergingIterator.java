package io.streambed.lsm.internal.iterator;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.InternalIterator;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Merges sorted sources into one, by user key and, for one key, by sequence number descending. No two sources hold the same key
 * with the same sequence number.
 *
 * <p>Goes on only in the direction of its last positioning move: {@link #next} after {@link #first} or {@link #seek}, {@link
 * #prev} after {@link #last} or {@link #seekBefore}. Nobody here ever turns round, and turning would cost a seek in every source.
 */
public final class MergingIterator implements InternalIterator {
    // The sources that stand on an entry form a binary heap: the one to give next is sources[0]. Its entry is read in
    // place;
    // a move advances that source and lets it sink, which costs one or two comparisons where sources do not interleave
    // much.
    // Comparisons begin with the first eight bytes of each key, kept beside the heap, so most of them touch no key.
    private static final VarHandle BIG_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final InternalIterator[] sources;
    private final long[] prefixes;
    private final InternalIterator[] heap;
    private int size;
    private boolean forward = true;

    private MergingIterator(List<InternalIterator> sources) {
        this.sources = sources.toArray(InternalIterator[]::new);
        this.heap = new InternalIterator[this.sources.length];
        this.prefixes = new long[this.sources.length];
    }

    /** A merge of {@code sources}, which it owns; of one source, that source. */
    public static InternalIterator of(List<InternalIterator> sources) {
        return sources.size() == 1 ? sources.get(0) : new MergingIterator(sources);
    }

    @Override
    public boolean first() throws IOException {
        begin(true);
        for (InternalIterator source : sources) {
            if (source.first()) {
                push(source);
            }
        }
        return size > 0;
    }

    @Override
    public boolean last() throws IOException {
        begin(false);
        for (InternalIterator source : sources) {
            if (source.last()) {
                push(source);
            }
        }
        return size > 0;
    }

    @Override
    public boolean seek(Slice userKey) throws IOException {
        begin(true);
        for (InternalIterator source : sources) {
            if (source.seek(userKey)) {
                push(source);
            }
        }
        return size > 0;
    }

    @Override
    public boolean seekBefore(Slice userKey) throws IOException {
        begin(false);
        for (InternalIterator source : sources) {
            if (source.seekBefore(userKey)) {
                push(source);
            }
        }
        return size > 0;
    }

    @Override
    public boolean next() throws IOException {
        requireDirection(forward);
        return advance(heap[0].next());
    }

    @Override
    public boolean prev() throws IOException {
        requireDirection(!forward);
        return advance(heap[0].prev());
    }

    @Override
    public Slice userKey() {
        return heap[0].userKey();
    }

    @Override
    public long seqNo() {
        return heap[0].seqNo();
    }

    @Override
    public EntryKind kind() {
        return heap[0].kind();
    }

    @Override
    public Slice value() {
        return heap[0].value();
    }

    @Override
    public void close() throws IOException {
        size = 0;
        IOException failure = null;
        for (InternalIterator source : sources) {
            try {
                source.close();
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
            prefixes[0] = prefix(heap[0].userKey());
        } else {
            size--;
            heap[0] = heap[size];
            prefixes[0] = prefixes[size];
        }
        if (size > 1) {
            sink();
        }
        return size > 0;
    }

    private void push(InternalIterator source) {
        long prefix = prefix(source.userKey());
        int at = size++;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (!comesFirst(source, prefix, parent)) {
                break;
            }
            heap[at] = heap[parent];
            prefixes[at] = prefixes[parent];
            at = parent;
        }
        heap[at] = source;
        prefixes[at] = prefix;
    }

    private void sink() {
        InternalIterator source = heap[0];
        long prefix = prefixes[0];
        int at = 0;
        while (true) {
            int child = 2 * at + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && comesFirst(heap[child + 1], prefixes[child + 1], child)) {
                child++;
            }
            if (comesFirst(source, prefix, child)) {
                break;
            }
            heap[at] = heap[child];
            prefixes[at] = prefixes[child];
            at = child;
        }
        heap[at] = source;
        prefixes[at] = prefix;
    }

    /** Whether {@code source} is to be given before what the heap holds at {@code slot}. */
    private boolean comesFirst(InternalIterator source, long prefix, int slot) {
        long otherPrefix = prefixes[slot];
        if (prefix != otherPrefix) {
            return (prefix < otherPrefix) == forward;
        }
        InternalIterator other = heap[slot];
        int order = source.userKey().compareTo(other.userKey());
        if (order == 0) {
            order = Long.compare(other.seqNo(), source.seqNo());
        }
        return order < 0 == forward;
    }

    /** The first eight bytes as a number whose signed order is the keys' order; missing bytes count as zero. */
    private static long prefix(Slice key) {
        byte[] array = key.array();
        int offset = key.offset();
        long bits;
        if (key.length() >= Long.BYTES) {
            bits = (long) BIG_ENDIAN_LONG.get(array, offset);
        } else {
            bits = 0;
            for (int i = 0; i < Long.BYTES; i++) {
                bits = bits << 8 | (i < key.length() ? array[offset + i] & 0xff : 0);
            }
        }
        return bits ^ Long.MIN_VALUE;
    }
}
