package io.streambed.kafka.internal.engine;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.query.Position;
import org.jspecify.annotations.Nullable;

/**
 * How far a store has taken in its input: Kafka's {@link Position}, and beside it the record that was written last, which goes into it when
 * somebody asks or a record of another partition comes. To move Kafka's position costs two look-ups in concurrent maps and two objects, which
 * was a sixth of what it takes to overwrite an entry of a store without changelog; and nearly always nobody asks before the next record.
 *
 * <p>Moved on by one thread at a time, read by any: positions never go back, so it does no harm if several threads put the same record in.
 */
final class InputPosition {
    private final Position position;
    private volatile @Nullable Newest newest;

    /** The latest record of a partition. */
    private record Newest(String topic, int partition, AtomicLong offset) {}

    /** Goes on from {@code position}, which is the new object's from here on. */
    InputPosition(Position position) {
        this.position = position;
    }

    /** The entries of a record can be read now. A record without a topic, as in a punctuation, moves nothing. */
    void moveTo(RecordMetadata inProcess) {
        String topic = inProcess.topic();
        if (topic == null) {
            return;
        }
        int partition = inProcess.partition();
        long offset = inProcess.offset();
        Newest last = newest;
        if (last == null || last.partition != partition || !last.topic.equals(topic)) {
            // First of all what it replaces: whoever reads meanwhile finds it in one place or the other.
            now();
            newest = new Newest(topic, partition, new AtomicLong(offset));
        } else if (offset > last.offset.getPlain()) {
            // Released, not volatile: a reader who sees it sees the entries, and that is all that it promises.
            last.offset.setRelease(offset);
        }
    }

    /** Takes in what records from the changelog carried with them. */
    void merge(Position carried) {
        position.merge(carried);
    }

    /** The position as it is now; moves on no further by itself. Not to be changed. */
    Position now() {
        Newest last = newest;
        if (last != null) {
            position.withComponent(last.topic, last.partition, last.offset.getAcquire());
        }
        return position;
    }
}
