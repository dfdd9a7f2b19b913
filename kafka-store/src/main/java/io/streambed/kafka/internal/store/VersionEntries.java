package io.streambed.kafka.internal.store;

import io.streambed.kafka.internal.engine.EntryIterator;
import io.streambed.kafka.internal.layout.VersionLayout;
import io.streambed.lsm.Direction;
import java.util.NoSuchElementException;
import org.apache.kafka.streams.state.VersionedRecord;
import org.apache.kafka.streams.state.VersionedRecordIterator;
import org.jspecify.annotations.Nullable;

/** Versions of one key, one after another, without the tombstones; as they were when the iterator was made. */
final class VersionEntries implements VersionedRecordIterator<byte[]> {
    private final EntryIterator entries;
    private final long latestBegin;
    private final Direction direction;
    private boolean closed;
    private boolean ended;
    private @Nullable VersionedRecord<byte[]> next;

    /**
     * @param entries versions of one key, in {@code direction}
     * @param latestBegin versions that begin later do not belong to it
     */
    VersionEntries(EntryIterator entries, long latestBegin, Direction direction) {
        this.entries = entries;
        this.latestBegin = latestBegin;
        this.direction = direction;
    }

    @Override
    public boolean hasNext() {
        if (closed) {
            throw new IllegalStateException("The iterator is out of scope.");
        }
        while (next == null && !ended) {
            if (!entries.next()) {
                ended = true;
            } else if (VersionLayout.validFrom(entries.value()) <= latestBegin) {
                next = LsmVersionedStore.recordOf(entries);
            } else if (direction == Direction.FORWARD) {
                // Those behind it begin later still.
                ended = true;
            }
        }
        return next != null;
    }

    @Override
    public VersionedRecord<byte[]> next() {
        VersionedRecord<byte[]> version = hasNext() ? next : null;
        if (version == null) {
            throw new NoSuchElementException();
        }
        next = null;
        return version;
    }

    @Override
    public void close() {
        closed = true;
        entries.close();
    }
}
