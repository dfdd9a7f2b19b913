package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.store.Side;
import io.streambed.examples.benchmark.store.Subject;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The process that is killed: {@code Victim SIDE DIRECTORY ENTRIES NUMBER}. Writes half of the entries at full speed; then it goes on at
 * the pace of a busy task, and commits as often as exactly-once does by default. Each offset that it prints is written before the next
 * commit, so no commit is ever ahead of what was printed.
 */
public final class Victim {
    private static final int A_SECOND = 20_000;
    private static final int CHUNK = 100;
    private static final long CHUNK_NANOS = TimeUnit.SECONDS.toNanos(1) / A_SECOND * CHUNK;
    private static final int CHUNKS_A_COMMIT = 20;

    private Victim() {}

    /**
     * The offset from which on it may be killed: half-way between two commits, and one second after it has found its pace, or three, or
     * five (sooner if there are few entries). A write buffer of 16 MB, which both sides have, is full every six seconds.
     *
     * @param number from 0 on
     */
    static long killAt(int entries, int number) {
        return (long) entries / 2
                + A_SECOND
                + (long) number * Math.min(2 * A_SECOND, entries)
                - CHUNK * CHUNKS_A_COMMIT / 2;
    }

    /** Writes until it is killed, or until twice as much is written as it should come to. */
    public static void main(String[] args) {
        int entries = Integer.parseInt(args[2]);
        long end = 2 * killAt(entries, Integer.parseInt(args[3]));
        try (Subject subject = Subject.open(
                Side.valueOf(args[0]), "store", Path.of(args[1]), Keys.RANDOM, Subject.VALUE_BYTES, Subject.NEVER)) {
            while (subject.offset() < entries / 2) {
                subject.put(subject.offset(), 0);
            }
            subject.commit();
            long next = System.nanoTime();
            for (int chunk = 1; subject.offset() < end; chunk++) {
                for (int i = 0; i < CHUNK; i++) {
                    subject.put(subject.offset(), 0);
                }
                System.out.println(subject.offset());
                if (chunk % CHUNKS_A_COMMIT == 0) {
                    subject.commit();
                }
                next += CHUNK_NANOS;
                LockSupport.parkNanos(next - System.nanoTime());
            }
        }
    }
}
