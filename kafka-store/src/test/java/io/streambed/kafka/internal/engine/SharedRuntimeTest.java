package io.streambed.kafka.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmTree;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.utils.LogCaptureAppender;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedRuntimeTest {
    private static final RuntimeSettings FIRST = new RuntimeSettings(1L << 20, 100, 1, 0);
    private static final RuntimeSettings OTHER = new RuntimeSettings(2L << 20, 100, 1, 0);

    @TempDir
    Path directory;

    @Test
    void livesFromTheFirstShareToTheLast() {
        SharedRuntime shared = new SharedRuntime();
        assertEquals(0, shared.users());
        SharedRuntime.Share one = shared.join(FIRST);
        SharedRuntime.Share two = shared.join(FIRST);
        assertEquals(2, shared.users());
        one.close();
        one.close();
        assertEquals(1, shared.users());
        // Still there for the other one.
        try (LsmTree tree = two.open(directory, LsmOptions.defaults())) {
            tree.put(new byte[] {1}, new byte[] {2});
        }
        two.close();
        assertEquals(0, shared.users());
        // And made anew afterwards.
        try (SharedRuntime.Share three = shared.join(OTHER);
                LsmTree tree = three.open(directory, LsmOptions.defaults())) {
            assertEquals(2, tree.get(new byte[] {1})[0]);
        }
    }

    @Test
    void theFirstOnesSettingsHoldAndOthersGetOneWarning() {
        SharedRuntime shared = new SharedRuntime();
        try (LogCaptureAppender log = LogCaptureAppender.createAndRegister(SharedRuntime.class);
                SharedRuntime.Share one = shared.join(FIRST)) {
            shared.join(FIRST).close();
            assertEquals(List.of(), log.getMessages());
            shared.join(OTHER).close();
            shared.join(OTHER).close();
            assertEquals(1, log.getMessages().size());
            String message = log.getMessages().get(0);
            assertTrue(message.contains(FIRST.toString()) && message.contains(OTHER.toString()), message);
        }
        assertEquals(0, shared.users());
    }

    @Test
    void eachSettingThatDiffersIsWarnedOf() {
        SharedRuntime shared = new SharedRuntime();
        List<RuntimeSettings> others = List.of(
                OTHER,
                new RuntimeSettings(null, 100, 1, 0),
                new RuntimeSettings(1L << 20, 101, 1, 0),
                new RuntimeSettings(1L << 20, 100, 2, 0),
                new RuntimeSettings(1L << 20, 100, 1, 1));
        try (LogCaptureAppender log = LogCaptureAppender.createAndRegister(SharedRuntime.class);
                SharedRuntime.Share one = shared.join(FIRST)) {
            shared.join(new RuntimeSettings(1L << 20, 100, 1, 0)).close();
            assertEquals(List.of(), log.getMessages());
            for (RuntimeSettings other : others) {
                shared.join(other).close();
                shared.join(other).close();
            }
            assertEquals(
                    others.size(),
                    log.getMessages().size(),
                    () -> log.getMessages().toString());
        }
    }
}
