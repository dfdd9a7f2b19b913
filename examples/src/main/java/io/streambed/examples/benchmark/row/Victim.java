package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.store.Side;
import io.streambed.examples.benchmark.store.Subject;
import java.nio.file.Path;

/** The process that is killed: {@code Victim SIDE DIRECTORY ENTRIES}. Writes, commits each second, says when it is done, and waits. */
public final class Victim {
    /** What it prints when all is written, and the last of it not committed. */
    static final String WRITTEN = "written";

    private Victim() {}

    /** Writes until it is killed. */
    public static void main(String[] args) throws InterruptedException {
        try (Subject subject = Subject.open(
                Side.valueOf(args[0]),
                "store",
                Path.of(args[1]),
                Keys.RANDOM,
                Subject.VALUE_BYTES,
                Subject.EACH_SECOND)) {
            long entries = Long.parseLong(args[2]);
            for (long id = 0; id < entries; id++) {
                subject.put(id, 0);
            }
            System.out.println(WRITTEN);
            Thread.currentThread().join();
        }
    }
}
