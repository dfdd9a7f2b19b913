package io.streambed.examples.compactiondemo;

import io.streambed.examples.app.AppException;
import io.streambed.lsm.LsmEvent;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;

/** One thread that puts random keys as fast as it can. What it has put it reads again in the end. */
final class Load {
    private static final int KEY_BYTES = 16;
    private static final int VALUE_BYTES = 100;
    private static final int CHECKED = 10_000;
    private static final long SEED = 41;

    /** Looked at between puts, for an end that is asked for meanwhile. */
    private static final int PUTS_A_LOOK = 1 << 12;

    private final Mode mode;
    private final int keys;
    private final LongAdder compactions = new LongAdder();
    private final LongAdder compacted = new LongAdder();

    /** @param keys how many different ones there are */
    Load(Mode mode, int keys) {
        this.mode = mode;
        this.keys = keys;
    }

    /**
     * What came of it.
     *
     * @param seconds how long it ran
     * @param compactions how many there were meanwhile
     * @param compacted bytes that they wrote
     * @param writeAmplification bytes written for each byte put, by log, flushes and compactions
     */
    record Outcome(
            Mode mode,
            Timeline timeline,
            double seconds,
            long compactions,
            long compacted,
            double writeAmplification) {}

    /** Runs in a directory that is not there yet. */
    Outcome run(Path directory, Duration duration) throws InterruptedException {
        LsmOptions options = LsmOptions.builder().name("demo").build();
        long[] last = new long[keys];
        try (LsmRuntime runtime = mode.runtime(this::heard);
                LsmTree tree = runtime.open(directory, options)) {
            SplittableRandom random = new SplittableRandom(SEED);
            byte[] value = new byte[VALUE_BYTES];
            random.nextBytes(value);
            long begin = System.nanoTime();
            long deadline = begin + duration.toNanos();
            Timeline timeline = new Timeline(begin);
            long before = begin;
            for (long number = 1; before - deadline < 0; number++) {
                int id = random.nextInt(keys);
                tree.put(key(id), stamped(value, number));
                long now = System.nanoTime();
                timeline.add(now, now - before);
                before = now;
                last[id] = number;
                if (number % PUTS_A_LOOK == 0 && Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            double seconds = (before - begin) / 1e9;
            check(tree, last);
            return new Outcome(
                    mode,
                    timeline,
                    seconds,
                    compactions.sum(),
                    compacted.sum(),
                    tree.metrics().writeAmplification());
        }
    }

    private void heard(LsmEvent event) {
        if (event instanceof LsmEvent.CompactionEnded ended) {
            compactions.increment();
            compacted.add(ended.bytesWritten());
        }
    }

    private void check(LsmTree tree, long[] last) {
        int step = Math.max(1, keys / CHECKED);
        for (int id = 0; id < keys; id += step) {
            byte[] value = tree.get(key(id));
            long found = value == null ? 0 : ByteBuffer.wrap(value).getLong();
            if (found != last[id]) {
                throw new AppException(
                        "key " + id + " was last put by put " + last[id] + ", but has the value of put " + found);
            }
        }
    }

    private static byte[] key(int id) {
        // Two halves of one number's bits, so that keys come in random order and each number has its own.
        long mixed = id * 0x9e3779b97f4a7c15L;
        return ByteBuffer.allocate(KEY_BYTES).putLong(mixed).putLong(id).array();
    }

    private static byte[] stamped(byte[] value, long number) {
        byte[] copy = Arrays.copyOf(value, value.length);
        ByteBuffer.wrap(copy).putLong(number);
        return copy;
    }
}
