package io.streambed.kafka.internal.store;

import io.streambed.kafka.internal.engine.EntryIterator;
import io.streambed.kafka.internal.engine.OpenTree;
import io.streambed.kafka.internal.layout.EntryBounds;
import io.streambed.kafka.internal.layout.EntryKey;
import io.streambed.kafka.internal.layout.SegmentLayout;
import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.bytes.Slice;
import java.util.NoSuchElementException;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.WindowStoreIterator;
import org.jspecify.annotations.Nullable;

/**
 * Entries of several segments, one segment after another. Each is opened when the one before is through, and shows the moment when it is
 * opened; one that expires meanwhile shows nothing more than the entry that {@link #hasNext()} has promised. Nothing is read before it is
 * asked for, and no byte is copied of what is not asked for.
 *
 * <p>Once it or its store was closed there is no next entry, and asking for one does not throw: a query may go on while a task is closed.
 *
 * @param <K> what the caller sees of a key
 */
class SegmentEntries<K> implements KeyValueIterator<K, byte[]> {
    /** Reads what the caller sees of an entry's key. */
    @FunctionalInterface
    interface KeyReader<K> {
        K read(EntryKey form, Slice key);
    }

    /** The windows of one key, by their start. */
    static final class OfOneKey extends SegmentEntries<Long> implements WindowStoreIterator<byte[]> {
        OfOneKey(Source source, EntryKey form, EntryBounds bounds, long[] ids, Direction direction) {
            super(source, form, bounds, ids, direction, EntryKey::time);
        }
    }

    /** What is read from, the same for all iterators of a store while it is open. */
    record Source(OpenTree tree, Segments segments, SegmentLayout layout) {}

    private final Source source;
    private final EntryKey form;
    private final boolean isIndex;
    private final EntryBounds bounds;
    private final long[] ids;
    private final Direction direction;
    private final KeyReader<K> keys;

    private int opened;
    private long segment;
    private @Nullable EntryIterator entries;
    private boolean inSegment;
    private byte @Nullable [] indexed;
    private boolean ahead;
    private boolean closed;

    /**
     * Entries that can be found by keys of a form.
     *
     * @param form that of the layout's entries, or that of its index
     * @param ids segments in ascending order
     */
    SegmentEntries(
            Source source, EntryKey form, EntryBounds bounds, long[] ids, Direction direction, KeyReader<K> keys) {
        this.source = source;
        this.form = form;
        this.isIndex = form != source.layout().entries();
        this.bounds = bounds;
        this.ids = ids;
        this.direction = direction;
        this.keys = keys;
    }

    @Override
    public boolean hasNext() {
        if (closed || !source.tree().isOpen()) {
            return false;
        }
        try {
            return (ahead && isLive()) || advance();
        } catch (InvalidStateStoreException e) {
            // Another thread may close the store at any time.
            if (source.tree().isOpen()) {
                throw e;
            }
            return false;
        }
    }

    @Override
    public KeyValue<K, byte[]> next() {
        EntryIterator at = requireNext();
        byte[] value = indexed == null ? at.value().toByteArray() : indexed;
        KeyValue<K, byte[]> entry = KeyValue.pair(keys.read(form, at.key()), value);
        ahead = false;
        return entry;
    }

    @Override
    public K peekNextKey() {
        return keys.read(form, requireNext().key());
    }

    @Override
    public void close() {
        closed = true;
        closeEntries();
    }

    private EntryIterator requireNext() {
        // What hasNext() or peekNextKey() has promised is given, also if it has expired since, as the writer goes on.
        boolean promised = ahead && !closed && source.tree().isOpen();
        if (!(promised || hasNext()) || entries == null) {
            throw new NoSuchElementException();
        }
        return entries;
    }

    private boolean advance() {
        ahead = false;
        for (EntryIterator at = segment(); at != null; at = segment()) {
            while (at.next() && isLive()) {
                if (form.matches(at.key(), bounds) && (!isIndex || findIndexed(at.key()))) {
                    ahead = true;
                    return true;
                }
            }
            inSegment = false;
        }
        closeEntries();
        return false;
    }

    /** The entries of the segment that it is in, or of the next one, or {@code null} if there is none. */
    private @Nullable EntryIterator segment() {
        inSegment = inSegment || openSegment();
        return inSegment ? entries : null;
    }

    private boolean isLive() {
        return segment >= source.segments().firstLive();
    }

    private boolean openSegment() {
        while (opened < ids.length) {
            segment = direction == Direction.FORWARD ? ids[opened] : ids[ids.length - 1 - opened];
            opened++;
            if (isLive()) {
                KeyRange range = form.range(source.segments().segmentation(), segment, bounds);
                EntryIterator before = entries;
                if (before == null) {
                    entries = source.tree().iterate(range, direction);
                } else {
                    before.goOn(range, direction);
                }
                return true;
            }
        }
        return false;
    }

    /** An entry that expired or was deleted since the index was opened is passed by. */
    private boolean findIndexed(Slice key) {
        if (form.time(key) < source.segments().earliest()) {
            return false;
        }
        indexed = source.tree().get(source.layout().entryOf(segment, key));
        return indexed != null;
    }

    private void closeEntries() {
        if (entries != null) {
            entries.close();
            entries = null;
        }
    }
}
