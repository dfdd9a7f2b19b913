package io.streambed.lsm.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.Durability;
import io.streambed.lsm.LsmException;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.fs.Fault;
import io.streambed.lsm.fs.Fault.Operation;
import io.streambed.lsm.fs.FaultFileSystem;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.testing.ByteMaps;
import io.streambed.lsm.testing.LastOperations;
import io.streambed.lsm.testing.NoSecondSync;
import io.streambed.lsm.testing.Seeds;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The n-th operation on the file system fails, for every n until a run meets no fault any more: every call gives a right answer
 * or an {@link LsmException}; after a failed write the tree is read-only and names the cause; opened again without faults, it is at
 * a committed state no older than the last one acknowledged.
 */
class FaultTest {
    private static final long SEED = Seeds.seed("FaultTest");
    private static final String CAUSE = "injected fault";
    private static final AtomicLong FAULTS = new AtomicLong();
    private static final int STEPS = 45;

    /** A way to fail. */
    enum Failure {
        ONCE {
            @Override
            Fault nth(long n) {
                return Fault.on().nth(n).once(CAUSE);
            }
        },
        FOR_EVER {
            @Override
            Fault nth(long n) {
                return Fault.on().nth(n).forEver(CAUSE);
            }
        },
        DISK_FULL {
            @Override
            Fault nth(long n) {
                return Fault.on(
                                Operation.CREATE,
                                Operation.WRITE,
                                Operation.SYNC,
                                Operation.CUT_OFF,
                                Operation.SYNC_DIRECTORY)
                        .nth(n)
                        .forEver(CAUSE);
            }
        },
        SHORT_WRITE {
            @Override
            Fault nth(long n) {
                return Fault.on(Operation.WRITE)
                        .nth(n)
                        .afterBytes((int) (n * 7 % 100))
                        .once(CAUSE);
            }
        },
        SYNC {
            @Override
            Fault nth(long n) {
                return Fault.on(Operation.SYNC, Operation.SYNC_DIRECTORY).nth(n).once(CAUSE);
            }
        };

        abstract Fault nth(long n);
    }

    static Stream<Arguments> cases() {
        return Stream.of(Durability.values())
                .flatMap(durability -> Stream.of(Failure.values()).map(failure -> Arguments.of(durability, failure)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void everyOperationMayFail(Durability durability, Failure failure) {
        for (int round = 0; round < Seeds.scaled(4); round++) {
            boolean commitEveryWrite = round % 2 == 0;
            long n = 1;
            while (new Run(durability, commitEveryWrite, failure, n, Seeds.part(SEED, round)).meetsFault()) {
                n++;
            }
            // How many it meets is up to the seed: some have few flushes, and so few writes to fail.
            assertTrue(n > 1, "a run that met no fault at all");
            FAULTS.addAndGet(n - 1);
        }
    }

    @AfterAll
    static void report() {
        System.out.println("FaultTest: " + FAULTS + " faults met");
    }

    private static final class Run {
        private final Failure failure;
        private final long n;
        private final long seed;
        private final MemoryFileSystem memory = new MemoryFileSystem();
        private final FaultFileSystem faulty = new FaultFileSystem(memory);
        private final LastOperations log = new LastOperations();
        private final History history = new History();
        private final LsmOptions options;
        private final Session session;

        Run(Durability durability, boolean commitEveryWrite, Failure failure, long n, long seed) {
            this.failure = failure;
            this.n = n;
            this.seed = seed;
            this.options = LsmOptions.builder()
                    .durability(durability)
                    .commitEveryWrite(commitEveryWrite)
                    .writeBufferBytes(64L << 10)
                    .build();
            this.session = new Session(new NoSecondSync(faulty), options, history, new Random(seed), log);
        }

        boolean meetsFault() {
            try {
                work();
                reopen();
            } catch (LsmException | AssertionError e) {
                throw new AssertionError(
                        options.durability() + ", every write " + options.commitEveryWrite() + ", " + failure
                                + ", operation " + n + ", seed " + seed + ": " + e + "\nafter" + log,
                        e);
            }
            return faulty.failures() > 0;
        }

        private void work() {
            faulty.inject(failure.nth(n));
            try {
                session.open(true);
            } catch (LsmException e) {
                requireTyped(e);
                session.close();
                assertEquals(List.of(), memory.openHandleNames(), "open after open failed");
                return;
            }
            for (int i = 0; i < STEPS; i++) {
                if (!step()) {
                    break;
                }
            }
            try {
                session.close();
            } catch (LsmException e) {
                log.add(() -> "failed: " + e.getMessage());
                requireTyped(e);
            }
            assertEquals(List.of(), memory.openHandleNames(), "open after close");
        }

        /** One step; answers whether the tree can still be worked on. */
        private boolean step() {
            NavigableMap<byte[], byte[]> before = ByteMaps.copy(session.now());
            try {
                session.step();
                if (faulty.failures() > 0) {
                    checkReads();
                }
                return true;
            } catch (LsmException e) {
                log.add(() -> "failed: " + e.getMessage());
                requireTyped(e);
            }
            if (!session.isInUse()) {
                return false;
            }
            session.hasFailed(before);
            try {
                session.put();
                // Only a read or the clearing away of a file had failed.
                checkReads();
                return true;
            } catch (LsmException refused) {
                log.add(() -> "refused: " + refused.getMessage());
                requireTyped(refused);
                assertTrue(refused.getMessage().contains("read-only"), refused.getMessage());
                session.hasFailed(before);
                checkReads();
                faulty.heal();
                session.check();
                return false;
            }
        }

        /** Reads are right, or fail with the injected fault. */
        private void checkReads() {
            try {
                session.check();
            } catch (LsmException e) {
                requireTyped(e);
            }
        }

        private void reopen() {
            faulty.heal();
            log.add(() -> "reopen without faults");
            Session again = new Session(memory, options, history, new Random(seed), log);
            again.open(false);
            again.put();
            again.close();
        }

        private static void requireTyped(LsmException e) {
            assertEquals(LsmException.Kind.IO, e.kind(), e.getMessage());
            assertTrue(e.getMessage().contains(CAUSE), e.getMessage());
        }
    }
}
