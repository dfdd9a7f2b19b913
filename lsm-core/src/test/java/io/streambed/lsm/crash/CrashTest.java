package io.streambed.lsm.crash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.Durability;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.fs.CrashMode;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.testing.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * After every single operation on the file system the power fails, in each of six ways, or the process dies. Whatever is left then
 * is opened, and must be exactly one committed state with its own metadata, at least as new as what had been promised. Some
 * of the recovered trees write on, and are cut again: during that recovery, and after it, up to three deep.
 */
class CrashTest {
    private static final int DEPTH = 3;
    private static final String KILL = "kill";
    private static final int LOG_FORMAT_AT = 12;
    private static final int LOG_FORMAT_RECYCLED = 3;
    private static final List<CrashMode> MODES = List.of(CrashMode.values());

    private long cuts;

    @ParameterizedTest(name = "durability {0}, commit with every write: {1}")
    @CsvSource({"NONE,false", "NONE,true", "PROCESS,false", "PROCESS,true", "POWER,false", "POWER,true"})
    void recoveryIsExactlyOneCommitAfterEveryCut(Durability durability, boolean commitEveryWrite) {
        long seed = Seeds.seed("CrashTest " + durability + " " + commitEveryWrite);
        LsmOptions atOnce = LsmOptions.builder()
                .durability(durability)
                .commitEveryWrite(commitEveryWrite)
                .build();
        // To a small write buffer the logs of a crash are much: they are read into a memtable apart.
        LsmOptions apart = atOnce.toBuilder().writeBufferBytes(64 << 10).build();
        int rounds = Seeds.scaled(5);
        for (int round = 0; round < rounds; round++) {
            LsmOptions options = round % 2 == 0 ? apart : atOnce;
            long roundSeed = Seeds.part(seed, round);
            try {
                cutEverywhere(options, MemoryFileSystem.justMade(), new CommitHistory(), 0, 0, roundSeed, 60, 1);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("round " + round + " of seed " + seed + ": " + e.getMessage(), e);
            }
        }
        System.out.println("CrashTest " + durability + " " + commitEveryWrite + ": " + cuts + " cuts recovered");
        assertTrue(cuts >= 100L * rounds, "only " + cuts + " cuts: the hook is not called");
    }

    /**
     * Memtables fill up, and logs are written into the files of older ones, whose records stand behind theirs, at each step of that as well.
     */
    @ParameterizedTest(name = "commit with every write: {0}")
    @ValueSource(booleans = {false, true})
    void recoveryIsExactlyOneCommitWhereLogsAreTakenAgain(boolean commitEveryWrite) {
        long seed = Seeds.seed("CrashTest logs are taken again " + commitEveryWrite);
        LsmOptions options = LsmOptions.builder()
                .commitEveryWrite(commitEveryWrite)
                .writeBufferBytes(64 << 10)
                .build();
        int rounds = Seeds.scaled(3);
        for (int round = 0; round < rounds; round++) {
            MemoryFileSystem files = MemoryFileSystem.justMade();
            CrashWorkload workload =
                    new CrashWorkload(options, Seeds.part(seed, round), new CommitHistory(), 0, 0).withLargeValues();
            Set<String> recycled = new HashSet<>();
            files.onOperation(operation -> {
                recycled.addAll(recycledLogs(files));
                Random random = new Random(seed + operation);
                for (CrashMode mode : MODES) {
                    afterPowerLoss(options, files, workload, mode, random, DEPTH);
                }
                recover(options, files.afterKill(), workload, workload.leastAfterKill(), random, DEPTH, KILL);
            });
            // About one round in a hundred takes fewer logs again in 120 operations, and so goes on.
            workload.run(files, done -> done < 120 || (recycled.size() < 3 && done < 600));
            assertTrue(recycled.size() >= 3, "only " + recycled + " were taken again");
        }
    }

    private static List<String> recycledLogs(MemoryFileSystem files) {
        return files.list().stream()
                .filter(name -> name.endsWith(".log") && format(files, name) == LOG_FORMAT_RECYCLED)
                .toList();
    }

    private static int format(MemoryFileSystem files, String log) {
        try {
            byte[] content = files.content(log);
            return content.length > LOG_FORMAT_AT ? content[LOG_FORMAT_AT] : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The process is killed during the very first opening, at each operation; the next one opens, writes, and loses its power, at each
     * operation. Whatever names survive, the directory must never look like one that has lost its manifest.
     */
    @ParameterizedTest
    @EnumSource(Durability.class)
    void aFirstOpeningThatWasKilledIsNoDamageAfterALossOfPower(Durability durability) {
        long seed = Seeds.seed("CrashTest first opening " + durability);
        LsmOptions options = LsmOptions.builder().durability(durability).build();
        List<MemoryFileSystem> killed = new ArrayList<>();
        MemoryFileSystem first = MemoryFileSystem.justMade();
        first.onOperation(n -> killed.add(first.afterKill()));
        openPutFlush(first, options);
        List<MemoryFileSystem> cut = new ArrayList<>();
        for (MemoryFileSystem second : killed) {
            second.onOperation(n -> {
                Random random = new Random(Seeds.part(seed, cut.size()));
                for (int i = 0; i < 16; i++) {
                    cut.add(second.afterCrash(CrashMode.RANDOM_SECTORS, random));
                    cut.add(second.afterCrash(CrashMode.RANDOM_PREFIX, random));
                }
            });
            openPutFlush(second, options);
        }
        assertTrue(cut.size() > 1000, "only " + cut.size() + " cuts: the hook is not called");
        for (MemoryFileSystem third : cut) {
            openPutFlush(third, options);
        }
    }

    /** A store that nobody writes to costs the disk nothing, however often it is opened; its first write finds it new each time. */
    @ParameterizedTest
    @EnumSource(Durability.class)
    void aNewTreeLeavesNothingBehindBeforeItsFirstWrite(Durability durability) {
        LsmOptions options = LsmOptions.builder().durability(durability).build();
        MemoryFileSystem files = MemoryFileSystem.justMade();
        for (int i = 0; i < 2; i++) {
            try (LsmRuntime runtime = CrashWorkload.runtime();
                    LsmTree tree = runtime.open(files, options)) {
                assertNull(tree.get(new byte[] {1}));
                assertNull(tree.committedMetadata());
            }
            assertEquals(0, files.operations());
            assertEquals(List.of("LOCK"), files.list());
        }
        openPutFlush(files, options);
        openPutFlush(files.afterCrash(CrashMode.NONE, new Random(1)), options);
    }

    private static void openPutFlush(MemoryFileSystem files, LsmOptions options) {
        try (LsmRuntime runtime = CrashWorkload.runtime();
                LsmTree tree = runtime.open(files, options)) {
            tree.put(new byte[] {1}, new byte[] {2});
            tree.flush();
            assertArrayEquals(new byte[] {2}, tree.get(new byte[] {1}));
        }
    }

    @Test
    void aTreeThatForgetsToRecoverWouldBeNoticed() {
        // The check itself must be able to fail: the state of another commit is not accepted.
        CommitHistory history = new CommitHistory();
        LsmOptions options = LsmOptions.builder().commitEveryWrite(false).build();
        CrashWorkload workload = new CrashWorkload(options, 7, history, 0, 0);
        MemoryFileSystem files = MemoryFileSystem.justMade();
        workload.run(files, 60);
        try (LsmRuntime runtime = CrashWorkload.runtime();
                LsmTree tree = runtime.open(files, options)) {
            history.check(tree, workload.leastAfterKill(), true);
            tree.put(new byte[] {1}, new byte[] {1});
            boolean noticed = false;
            try {
                history.check(tree, workload.leastAfterKill(), true);
            } catch (AssertionError e) {
                noticed = true;
            }
            assertTrue(noticed);
        }
    }

    /**
     * Runs a workload from commit {@code begin} on and cuts it after each operation.
     *
     * @param durable the commit that a loss of power would leave at the least
     */
    private void cutEverywhere(
            LsmOptions options,
            MemoryFileSystem files,
            CommitHistory history,
            int begin,
            int durable,
            long seed,
            int operations,
            int depth) {
        CrashWorkload workload = new CrashWorkload(options, seed, history, begin, durable);
        files.onOperation(operation -> {
            Random random = new Random(seed + operation);
            if (depth > 1) {
                CrashMode mode = MODES.get(random.nextInt(MODES.size()));
                afterPowerLoss(options, files, workload, mode, random, depth);
                return;
            }
            for (CrashMode mode : MODES) {
                afterPowerLoss(options, files, workload, mode, random, depth);
            }
            recover(options, files.afterKill(), workload, workload.leastAfterKill(), random, depth, KILL);
        });
        workload.run(files, operations);
    }

    private void afterPowerLoss(
            LsmOptions options,
            MemoryFileSystem files,
            CrashWorkload workload,
            CrashMode mode,
            Random random,
            int depth) {
        MemoryFileSystem image = files.afterCrash(mode, random);
        recover(options, image, workload, workload.leastAfterPowerLoss(), random, depth, mode.toString());
    }

    private void recover(
            LsmOptions options,
            MemoryFileSystem image,
            CrashWorkload workload,
            int least,
            Random random,
            int depth,
            String cut) {
        cuts++;
        boolean goOn = depth < DEPTH && random.nextInt(40) == 0;
        MemoryFileSystem again = goOn ? image.afterKill() : image;
        int recovered;
        try (LsmRuntime runtime = CrashWorkload.runtime();
                LsmTree tree = runtime.open(image, options)) {
            recovered = workload.history().check(tree, least, !options.commitEveryWrite());
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "after " + cut + " at depth " + depth + ", behind" + workload.trace() + ": " + e.getMessage(), e);
        }
        if (goOn) {
            // What was recovered once must be recovered again, whatever the recovery itself had written before the next
            // cut.
            CommitHistory rest = workload.history().after(recovered);
            int durable = cut.equals(KILL) ? workload.leastAfterPowerLoss() : recovered;
            cutEverywhere(options, again, rest, recovered, durable, random.nextLong(), 12, depth + 1);
        }
    }
}
