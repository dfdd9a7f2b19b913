package io.streambed.kafka.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.query.Position;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InputPositionTest {
    private static final int RECORDS = 200_000;

    private final InputPosition position =
            new InputPosition(Position.emptyPosition().withComponent("a", 0, 7).withComponent("b", 1, 3));

    /** A record in process. */
    private record InProcess(@Nullable String topic, int partition, long offset) implements RecordMetadata {}

    @Test
    void beginsWhereTheLastCommitWas() {
        assertEquals(Position.emptyPosition().withComponent("a", 0, 7).withComponent("b", 1, 3), position.now());
    }

    @Test
    void movesOnInEachPartition() {
        move("a", 0, 8);
        move("a", 0, 9);
        move("a", 1, 4);
        move("b", 1, 5);
        move("a", 1, 6);
        Position expected = Position.emptyPosition()
                .withComponent("a", 0, 9)
                .withComponent("a", 1, 6)
                .withComponent("b", 1, 5);
        assertEquals(expected, position.now());
        assertEquals(expected, position.now());
    }

    @Test
    void neverGoesBack() {
        move("a", 0, 9);
        move("a", 0, 8);
        assertEquals(9, offsetOfA());
        move("b", 1, 2);
        move("a", 0, 3);
        assertEquals(Position.emptyPosition().withComponent("a", 0, 9).withComponent("b", 1, 3), position.now());
    }

    @Test
    void aRecordWithoutATopicMovesNothing() {
        position.moveTo(new InProcess(null, 0, 100));
        assertEquals(7, offsetOfA());
    }

    @Test
    void takesInWhatTheChangelogCarries() {
        move("a", 0, 9);
        position.merge(Position.emptyPosition().withComponent("a", 0, 20).withComponent("c", 0, 1));
        move("a", 0, 10);
        assertEquals(
                Position.emptyPosition()
                        .withComponent("a", 0, 20)
                        .withComponent("b", 1, 3)
                        .withComponent("c", 0, 1),
                position.now());
    }

    /** Whoever reads beside the writer sees each partition move on only, also when it is not the one being written. */
    @Test
    void readersSeeItMoveOnOnly() {
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            for (int offset = 8; offset < RECORDS; offset++) {
                move("a", 0, offset);
                if (offset % 3 == 0) {
                    move("b", 1, offset);
                }
            }
        });
        long last = 0;
        while (!writing.isDone()) {
            long now = offsetOfA();
            assertTrue(now >= last, () -> "went back to " + now);
            last = now;
        }
        writing.join();
        assertEquals(RECORDS - 1, offsetOfA());
    }

    private void move(String topic, int partition, long offset) {
        position.moveTo(new InProcess(topic, partition, offset));
    }

    private long offsetOfA() {
        return position.now().getPartitionPositions("a").get(0);
    }
}
