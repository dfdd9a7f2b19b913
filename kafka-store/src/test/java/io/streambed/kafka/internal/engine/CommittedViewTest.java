package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.streambed.lsm.LsmException;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmTree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.query.Position;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commits that fall into a read: what was read before them may lack what compaction has dropped meanwhile. */
class CommittedViewTest {
    @TempDir
    Path directory;

    private LsmTree tree;
    private CommittedView view;
    private long commits;

    @BeforeEach
    void open() {
        tree = LsmTree.open(
                directory, LsmOptions.builder().commitEveryWrite(false).build());
        view = new CommittedView(tree, Position.emptyPosition());
        commit("0");
    }

    @AfterEach
    void close() {
        tree.close();
    }

    @Test
    void isDoneAgainIfItWasReadBeforeTheCommit() {
        List<String> read = new ArrayList<>();
        List<String> discarded = new ArrayList<>();
        String result = view.read(
                snapshot -> {
                    String value = text(tree.get(bytes("a"), snapshot));
                    read.add(value);
                    if (read.size() < 3) {
                        commit("" + read.size());
                    }
                    return value;
                },
                discarded::add);
        assertEquals("2", result);
        assertEquals(List.of("0", "1", "2"), read);
        assertEquals(List.of("0", "1"), discarded);
    }

    @Test
    void isDoneAgainIfItComesTooLateForItsCommit() {
        boolean[] committed = {false};
        String result = view.read(
                snapshot -> {
                    if (!committed[0]) {
                        committed[0] = true;
                        commit("1");
                    }
                    return text(tree.get(bytes("a"), snapshot));
                },
                value -> {});
        assertEquals("1", result);
    }

    @Test
    void holdsOneSnapshotWhateverIsCommitted() {
        for (int i = 0; i < 10; i++) {
            commit("" + i);
        }
        assertEquals(1, tree.metrics().openSnapshots());
    }

    @Test
    void failsOnceTheTreeIsClosed() {
        tree.close();
        LsmException e = assertThrows(LsmException.class, () -> view.get(bytes("a")));
        assertEquals(LsmException.Kind.CLOSED, e.kind());
    }

    private void commit(String value) {
        tree.put(bytes("a"), bytes(value));
        tree.commit(bytes(value));
        view.moveOn(Position.fromMap(Map.of("in", Map.of(0, commits++))));
        tree.compact();
    }
}
