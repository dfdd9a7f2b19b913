package io.streambed.kafka.internal.engine;

import io.streambed.kafka.internal.layout.KeyOrder;
import io.streambed.kafka.internal.layout.Segmentation;
import io.streambed.lsm.bytes.ByteReader;
import io.streambed.lsm.bytes.ByteWriter;
import io.streambed.lsm.bytes.MalformedBytesException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.query.Position;
import org.jspecify.annotations.Nullable;

/**
 * What a commit holds beside the data: the one place of changelog offsets and position, so that they cannot differ from the data
 * that they belong to.
 *
 * <pre>
 *  version 1 | format 1 | store name | commit time 8 | written since 8 | stream time 8
 *            | count, then count × ( topic | partition 4 | offset 8 )                        changelog offsets
 *            | count, then count × ( topic | count, then count × ( partition 4 | offset 8 )) position
 *            | key order 1 | segment interval 8                                              formats with segments only
 * </pre>
 *
 * Version 1 has no "written since", and comes back as written to from its commit on. Version 2 has a stream time at the end, and for
 * formats with segments only. Counts and lengths are varints, numbers little-endian, texts UTF-8 with their length before them. The
 * engine's log covers the whole with a checksum; the lengths are still checked against what is there before anything is allocated.
 *
 * @param format what the store's entries are
 * @param storeName the full name of the store
 * @param committedAtMillis wall-clock time of the commit
 * @param writtenSinceMillis wall-clock time of the first write after that commit, or {@link #NEVER}; kept where {@link Rollback} asks for it
 * @param streamTimeMillis the store's stream time, -1 if there is none yet
 * @param offsets changelog offsets as Streams committed them, -4 (unknown) among them
 * @param position of the input topics, for interactive queries; not to be changed any more
 * @param segmentation how segments are cut; {@code null} if the format has none
 */
record CommitMetadata(
        StoreFormat format,
        String storeName,
        long committedAtMillis,
        long writtenSinceMillis,
        long streamTimeMillis,
        ChangelogOffsets offsets,
        Position position,
        @Nullable Segmentation segmentation) {

    CommitMetadata {
        if (format.isSegmented() != (segmentation != null)) {
            throw new IllegalArgumentException("A " + format + " store with " + segmentation);
        }
    }

    /** No write after the commit. On disk, never change. */
    static final long NEVER = 0;

    /** On disk, never change what it stands for. */
    private static final int VERSION = 3;

    private static final int SEGMENTS_HAVE_STREAM_TIME = 2;

    byte[] encode() {
        ByteWriter out = new ByteWriter(128)
                .writeByte(VERSION)
                .writeByte(format.id())
                .writeString(storeName)
                .writeFixedLong(committedAtMillis)
                .writeFixedLong(writtenSinceMillis)
                .writeFixedLong(streamTimeMillis);
        out.writeVarint(offsets.byPartition().size());
        offsets.byPartition()
                .forEach((partition, offset) -> out.writeString(partition.topic())
                        .writeFixedInt(partition.partition())
                        .writeFixedLong(offset));
        encodePosition(out);
        if (segmentation != null) {
            out.writeByte(segmentation.order().id()).writeFixedLong(segmentation.intervalMillis());
        }
        return out.toByteArray();
    }

    /** The position may grow meanwhile: so things are counted while they are written, and the count is put in front. */
    private void encodePosition(ByteWriter out) {
        int topics = 0;
        ByteWriter written = new ByteWriter(64);
        ByteWriter ofTopic = new ByteWriter(16);
        for (String topic : position.getTopics()) {
            int partitions = 0;
            ofTopic.clear();
            for (Map.Entry<Integer, Long> at :
                    position.getPartitionPositions(topic).entrySet()) {
                ofTopic.writeFixedInt(at.getKey()).writeFixedLong(at.getValue());
                partitions++;
            }
            written.writeString(topic).writeVarint(partitions).writeRaw(ofTopic.array(), 0, ofTopic.length());
            topics++;
        }
        out.writeVarint(topics).writeRaw(written.array(), 0, written.length());
    }

    static CommitMetadata decode(byte[] bytes) throws MalformedBytesException {
        ByteReader in = new ByteReader(bytes);
        int version = in.readByte();
        if (version < 1 || version > VERSION) {
            throw new MalformedBytesException(
                    "written by format " + version + ", this release reads up to " + VERSION + "; use a newer release");
        }
        int formatId = in.readByte();
        StoreFormat format = StoreFormat.ofId(formatId)
                .orElseThrow(() -> new MalformedBytesException(
                        "store format " + formatId + " is unknown to this release; use a newer one"));
        String storeName = in.readString();
        long committedAtMillis = in.readFixedLong();
        long writtenSinceMillis = version == 1 ? committedAtMillis : in.readFixedLong();
        long streamTimeMillis = version < VERSION ? StreamTime.NONE : in.readFixedLong();
        // Maps grow with what is really there: a wrong count ends at the end of the bytes.
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (int left = in.readVarInt(); left > 0; left--) {
            TopicPartition partition = new TopicPartition(in.readString(), in.readFixedInt());
            offsets.put(partition, in.readFixedLong());
        }
        Position position = Position.emptyPosition();
        for (int topics = in.readVarInt(); topics > 0; topics--) {
            String topic = in.readString();
            for (int left = in.readVarInt(); left > 0; left--) {
                int partition = in.readFixedInt();
                position.withComponent(topic, partition, in.readFixedLong());
            }
        }
        Segmentation segmentation = format.isSegmented() ? decodeSegmentation(in) : null;
        if (version == SEGMENTS_HAVE_STREAM_TIME && segmentation != null) {
            streamTimeMillis = in.readFixedLong();
        }
        in.requireEnd();
        return new CommitMetadata(
                format,
                storeName,
                committedAtMillis,
                writtenSinceMillis,
                streamTimeMillis,
                new ChangelogOffsets(offsets),
                position,
                segmentation);
    }

    private static Segmentation decodeSegmentation(ByteReader in) throws MalformedBytesException {
        int orderId = in.readByte();
        KeyOrder order = KeyOrder.ofId(orderId)
                .orElseThrow(() -> new MalformedBytesException(
                        "key order " + orderId + " is unknown to this release; use a newer one"));
        long intervalMillis = in.readFixedLong();
        if (intervalMillis <= 0) {
            throw new MalformedBytesException("segments of " + intervalMillis + " ms");
        }
        return new Segmentation(order, intervalMillis);
    }
}
