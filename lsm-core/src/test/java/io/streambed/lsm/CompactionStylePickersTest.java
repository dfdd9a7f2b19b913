package io.streambed.lsm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.testing.Workers;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CompactionStylePickersTest {
    private static final int KEYS = 5_000;

    @Test
    void aTreeRestsOnceItHasSealedNothingForASecond() {
        AtomicLong nanos = new AtomicLong(7);
        try (LsmRuntime runtime = LsmRuntime.builder().nanoClock(nanos::get).build()) {
            CompactionStylePickers pickers = CompactionStylePickers.of(LsmOptions.defaults(), runtime);
            assertNotSame(pickers.atRest(), pickers.now());

            nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
            assertSame(pickers.atRest(), pickers.now());

            pickers.disturb();
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(999));
            assertNotSame(pickers.atRest(), pickers.now());
        }
    }

    @Test
    void whoCompactsInItsOwnThreadHasNoBetterTime() {
        try (LsmRuntime runtime = LsmRuntime.builder().executor(Runnable::run).build()) {
            CompactionStylePickers pickers = CompactionStylePickers.of(LsmOptions.defaults(), runtime);
            pickers.disturb();
            assertSame(pickers.atRest(), pickers.now());
        }
    }

    /** By the real clock, and nothing but the look that is planned at the last flush comes back to the tree. */
    @Test
    void aTreeThatRestsGivesRoomBackByItself() throws Exception {
        LsmOptions options = LsmOptions.builder()
                .writeBufferBytes(64 << 10)
                .commitEveryWrite(false)
                .build();
        try (LsmRuntime runtime = LsmRuntime.builder().build();
                LsmTree tree = runtime.open(new MemoryFileSystem(), options)) {
            put(tree, KEYS);
            tree.compact();
            // Too few for the runs to be merged for their number, or for their garbage while it is in use.
            put(tree, KEYS * 2 / 5);
            tree.commit(new byte[0]);
            tree.flush();

            Workers.await("the rest", Duration.ofSeconds(30), () -> entries(tree) == KEYS);
        }
    }

    private static void put(LsmTree tree, int keys) {
        for (int i = 0; i < keys; i++) {
            tree.put(("key" + i).getBytes(UTF_8), new byte[100]);
        }
    }

    private static long entries(LsmTree tree) {
        return tree.metrics().levels().stream()
                .mapToLong(LsmMetrics.Level::entries)
                .sum();
    }
}
