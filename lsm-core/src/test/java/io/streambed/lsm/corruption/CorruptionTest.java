package io.streambed.lsm.corruption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.Compression;
import io.streambed.lsm.Durability;
import io.streambed.lsm.LsmException;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.internal.version.FileNames;
import io.streambed.lsm.testing.Seeds;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whatever happens to the bytes of a closed tree, it gives right answers or says which file is damaged.
 *
 * <p>An earlier commit may be found only where nothing in the directory can tell the damage from a crash:
 * <ul>
 *   <li>in a log, with {@link Durability#PROCESS}: nothing of it was ever synced, so it may end anywhere;
 *   <li>in the last log, with {@link Durability#POWER}: behind the last place where a later record says that it was synced, which
 *       is the last commit alone; or if the file was cut short, since a log that ends early looks like one that was never longer;
 *   <li>in a manifest, with {@link Durability#NONE}: in its last record, which looks like the one that a crash cut short; or if the
 *       file was cut short. With logs this is noticed, since one of them is then missing or has records and no name.
 * </ul>
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CorruptionTest {
    private static final long SEED = Seeds.seed("CorruptionTest");
    private static final AtomicLong CASES = new AtomicLong();
    private static final AtomicLong TOLD = new AtomicLong();

    private final Random random = new Random(SEED);
    private final LsmRuntime runtime = LsmRuntime.builder()
            .executor(Runnable::run)
            .blockCache(false)
            .openTables(16)
            .build();

    @ParameterizedTest
    @CsvSource({"NONE,LZ4", "PROCESS,NONE", "POWER,LZ4", "POWER,NONE", "PROCESS,ZSTD"})
    void everyByteThatIsFlippedIsNoticedOrHarmless(Durability durability, Compression compression) throws IOException {
        Database database = Database.create(durability, compression);
        for (String name : files(database)) {
            byte[] content = database.files().content(name);
            int oldest = oldestAfterFlip(database, name);
            for (int at = 0; at < content.length; at++) {
                byte[] values = {(byte) (content[at] ^ 1 << random.nextInt(8)), 0, (byte) 0xff};
                for (byte value : values) {
                    if (value != content[at]) {
                        int place = at;
                        damage(database, name, oldest, "byte " + at + " is " + value, bytes -> {
                            bytes[place] = value;
                            return bytes;
                        });
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"NONE,LZ4", "PROCESS,NONE", "POWER,LZ4"})
    void everyFileCutShortIsNoticedOrHarmless(Durability durability, Compression compression) throws IOException {
        Database database = Database.create(durability, compression);
        for (String name : files(database)) {
            int length = database.files().content(name).length;
            int oldest = oldestAfterCut(database, name);
            for (int left = 0; left < length; left++) {
                int to = left;
                damage(database, name, oldest, "cut to " + left, bytes -> Arrays.copyOf(bytes, to));
                damage(database, name, oldest, "zeros from " + left, bytes -> {
                    Arrays.fill(bytes, to, bytes.length, (byte) 0);
                    return bytes;
                });
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"NONE,LZ4", "PROCESS,NONE", "POWER,LZ4"})
    void everyFileThatGrewIsNoticedOrHarmless(Durability durability, Compression compression) throws IOException {
        Database database = Database.create(durability, compression);
        for (String name : files(database)) {
            for (int more : new int[] {1, 4, 9, 64, 512, 4096, 70_000}) {
                byte[] garbage = new byte[more];
                damage(database, name, database.last(), more + " zeros behind", bytes -> join(bytes, garbage));
                random.nextBytes(garbage);
                damage(database, name, database.last(), more + " bytes behind", bytes -> join(bytes, garbage));
                damage(database, name, database.last(), "twice", bytes -> join(bytes, bytes));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"NONE,LZ4", "PROCESS,NONE", "POWER,LZ4"})
    void aMissingFileIsNoticed(Durability durability, Compression compression) throws IOException {
        Database database = Database.create(durability, compression);
        for (String name : files(database)) {
            MemoryFileSystem damaged = database.files().afterKill();
            damaged.delete(name);
            LsmException error =
                    assertThrows(LsmException.class, () -> runtime.open(damaged, database.options()), name);
            assertEquals(LsmException.Kind.CORRUPTION, error.kind(), name);
            assertTrue(error.getMessage().contains(name), error.getMessage());
            assertEquals(0, damaged.openHandles());
            CASES.incrementAndGet();
        }
    }

    @ParameterizedTest
    @CsvSource({"NONE,LZ4", "PROCESS,NONE", "POWER,LZ4"})
    void twoFilesThatChangedPlacesAreNoticed(Durability durability, Compression compression) throws IOException {
        Database database = Database.create(durability, compression);
        List<String> names = files(database);
        for (String a : names) {
            for (String b : names) {
                if (a.compareTo(b) < 0) {
                    MemoryFileSystem damaged = database.files().afterKill();
                    damaged.setContent(a, database.files().content(b));
                    damaged.setContent(b, database.files().content(a));
                    boolean told = new DamagedTree(database, damaged, List.of(a, b), database.last()).use(runtime);
                    assertTrue(told, a + " and " + b + " changed places, and nobody noticed");
                    CASES.incrementAndGet();
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"NONE,LZ4", "PROCESS,NONE", "POWER,LZ4"})
    void anEmptyDirectoryIsNewAndAHalfEmptyOneIsNot(Durability durability, Compression compression) throws IOException {
        Database database = Database.create(durability, compression);
        for (String kept : files(database)) {
            MemoryFileSystem half = new MemoryFileSystem();
            half.setContent(kept, database.files().content(kept));
            // A manifest alone is what a crash leaves of a directory in its first moments; nothing was acknowledged
            // then.
            boolean manifest = kept.startsWith("MANIFEST");
            if (!manifest) {
                LsmException error = assertThrows(LsmException.class, () -> runtime.open(half, database.options()));
                assertEquals(LsmException.Kind.CORRUPTION, error.kind(), kept);
            }
        }
        MemoryFileSystem empty = new MemoryFileSystem();
        try (LsmTree tree = runtime.open(empty, database.options())) {
            assertEquals(null, tree.committedMetadata());
        }
    }

    @AfterAll
    static void report() {
        System.out.println("CorruptionTest: " + CASES + " damaged directories, " + TOLD + " of them noticed");
    }

    private static List<String> files(Database database) {
        List<String> names = database.files().list().stream()
                .filter(name -> !name.equals(FileNames.LOCK))
                .toList();
        boolean log = names.stream().anyMatch(CorruptionTest::isLog);
        assertEquals(database.options().durability() != Durability.NONE, log, "there is a log in " + names);
        assertTrue(names.stream().filter(name -> name.endsWith(".sst")).count() >= 2, "tables in " + names);
        assertFalse(names.isEmpty());
        return names;
    }

    private static boolean isLog(String name) {
        return name.endsWith(".log");
    }

    /** The oldest commit that may be found after a byte of a file was changed; see the class comment. */
    private static int oldestAfterFlip(Database database, String name) {
        int last = database.last();
        if (isLog(name)) {
            return database.options().durability() == Durability.POWER ? last - 1 : database.flushed();
        }
        boolean manifest = name.startsWith("MANIFEST");
        return manifest && database.options().durability() == Durability.NONE ? last - 1 : last;
    }

    /** The oldest commit that may be found after a file was cut short; see the class comment. */
    private static int oldestAfterCut(Database database, String name) {
        if (isLog(name)) {
            return database.flushed();
        }
        boolean manifest = name.startsWith("MANIFEST");
        return manifest && database.options().durability() == Durability.NONE ? 0 : database.last();
    }

    private void damage(Database database, String name, int oldest, String what, UnaryOperator<byte[]> change)
            throws IOException {
        MemoryFileSystem damaged = database.files().afterKill();
        damaged.setContent(name, change.apply(database.files().content(name)));
        try {
            // A manifest that has lost its end is found out by a log that it does not name.
            List<String> named =
                    name.startsWith("MANIFEST") ? List.of(name, "the manifest's end is lost") : List.of(name);
            if (new DamagedTree(database, damaged, named, oldest).use(runtime)) {
                TOLD.incrementAndGet();
            }
            CASES.incrementAndGet();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(database.options().durability() + ", " + name + ", " + what + ": " + e, e);
        }
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }
}
