package io.streambed.lsm.fs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file written by small pieces, the last of which are staged: it is whole, whether its writer closed it or not. */
class StagedAppendFileTest {
    private static final String LOG = "000007.log";
    private static final String STAGING = "STAGING";

    @TempDir
    Path directory;

    private DiskFileSystem fs;

    @BeforeEach
    void open() throws IOException {
        fs = DiskFileSystem.at(directory);
    }

    @Test
    void fewSmallWritesAndLargeOnesAreNotStaged() throws IOException {
        try (AppendFile file = fs.createStaged(LOG, STAGING)) {
            write(file, 7, 10);
            write(file, 20, 8_000);
        }
        assertEquals(List.of(LOG), fs.list());
    }

    @Test
    void smallWritesThatAreSyncedEachAreNotStaged() throws IOException {
        try (AppendFile file = fs.createStaged(LOG, STAGING)) {
            for (int i = 0; i < 20; i++) {
                write(file, 1, 10);
                file.sync();
            }
        }
        assertEquals(List.of(LOG), fs.list());
    }

    @Test
    void whatIsStagedHasNoPlaceInTheFileYet() throws IOException {
        try (AppendFile file = fs.createStaged(LOG, STAGING)) {
            write(file, 20, 10);
            assertEquals(200, file.length());
            assertEquals(70, Files.size(directory.resolve(LOG)), "7 writes before they are many");
            file.sync();
            assertEquals(200, Files.size(directory.resolve(LOG)));
        }
    }

    /** Writes of all sizes and syncs; after each the process might be killed: what the next one finds is what was written. */
    @Test
    void afterEachWriteTheNextProcessFindsItAll() throws IOException {
        Random random = new Random(Seeds.seed("StagedAppendFileTest"));
        for (int round = 0; round < 5; round++) {
            String name = "00001" + round + ".log";
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            try (AppendFile file = fs.createStaged(name, STAGING)) {
                for (int step = 0; step < 200; step++) {
                    byte[] bytes = new byte[random.nextInt(60) == 0 ? random.nextInt(20_000) : random.nextInt(1_500)];
                    random.nextBytes(bytes);
                    int offset = random.nextInt(bytes.length + 1);
                    file.write(bytes, offset, bytes.length - offset);
                    expected.write(bytes, offset, bytes.length - offset);
                    assertEquals(expected.size(), file.length());
                    if (random.nextInt(30) == 0) {
                        file.sync();
                    }
                    assertArrayEquals(expected.toByteArray(), afterKill(name), "round " + round + ", step " + step);
                }
            }
            assertArrayEquals(expected.toByteArray(), Files.readAllBytes(directory.resolve(name)));
        }
    }

    /** What is staged is what lies between the end of the file and the end that is said; so no older bytes may be there. */
    @Test
    void ofAFileThatIsWrittenOverTheNextProcessFindsItAllToo() throws IOException {
        Files.write(directory.resolve(LOG), new byte[100_000]);
        Random random = new Random(Seeds.seed("StagedAppendFileTest"));
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        try (AppendFile file = fs.overwriteStaged(LOG, STAGING)) {
            for (int step = 0; step < 300; step++) {
                byte[] bytes = new byte[step == 3 ? 20_000 : 1 + random.nextInt(500)];
                random.nextBytes(bytes);
                file.write(bytes, 0, bytes.length);
                expected.write(bytes, 0, bytes.length);
                byte[] found = Arrays.copyOf(afterKill(LOG), expected.size());
                assertArrayEquals(expected.toByteArray(), found, "step " + step);
            }
        }
        assertArrayEquals(expected.toByteArray(), Files.readAllBytes(directory.resolve(LOG)));
    }

    @Test
    void aPartThatHadBeenAppendedIsNotAppendedTwice() throws IOException {
        byte[] content = new byte[10_000];
        new Random(3).nextBytes(content);
        try (AppendFile file = fs.createStaged(LOG, STAGING)) {
            for (int i = 0; i < 100; i++) {
                file.write(content, 100 * i, 100);
            }
        }
        // A process that was killed while it appended left a part of what was staged.
        try (RandomAccessFile cut = new RandomAccessFile(directory.resolve(LOG).toFile(), "rw")) {
            cut.setLength(7_777);
        }
        fs.completeStaged(STAGING);
        assertArrayEquals(content, Files.readAllBytes(directory.resolve(LOG)));
        assertEquals(List.of(LOG), fs.list());
    }

    @Test
    void theNextFileTakesNothingOfTheLastOnes() throws IOException {
        try (AppendFile file = fs.createStaged(LOG, STAGING)) {
            write(file, 50, 100);
        }
        AppendFile next = fs.createStaged("000008.log", STAGING);
        write(next, 9, 3);
        assertEquals(27, afterKill("000008.log").length);
        assertEquals(5_000, afterKill(LOG).length);
        next.close();
    }

    @Test
    void aFileOfTheSameNameIsNotCompletedByAnOlderOne() throws IOException {
        AppendFile file = fs.createStaged(LOG, STAGING);
        write(file, 50, 100);
        fs.delete(LOG);
        fs.completeStaged(STAGING);
        try (AppendFile again = fs.createStaged(LOG, STAGING)) {
            write(again, 1, 10);
        }
        fs.completeStaged(STAGING);
        assertEquals(10, Files.size(directory.resolve(LOG)));
        file.close();
    }

    @Test
    void whateverStandsInTheStagingFileDoesNoHarm() throws IOException {
        try (AppendFile file = fs.createStaged(LOG, STAGING)) {
            write(file, 20, 100);
        }
        byte[] whole = Files.readAllBytes(directory.resolve(STAGING));
        assertEquals(69_632, whole.length);
        for (byte[] damaged : List.of(
                new byte[0],
                new byte[whole.length],
                Arrays.copyOf(whole, 4_000),
                with(whole, 0, 0), // magic
                with(whole, 13, 1), // far behind the file's end
                with(whole, 15, -1), // before its beginning
                with(whole, 17, 0x70), // a name that is too long
                with(whole, 16, 0), // none
                with(whole, 20, '/'),
                with(whole, 20, '7'))) {
            Files.write(directory.resolve(STAGING), damaged);
            fs.completeStaged(STAGING);
            assertEquals(2_000, Files.size(directory.resolve(LOG)));
            assertEquals(List.of(LOG), fs.list());
        }
    }

    @Test
    void aLinkInItsPlaceIsNotFollowed(@TempDir Path elsewhere) throws IOException {
        Path precious = Files.write(elsewhere.resolve("precious"), new byte[69_632]);
        Files.createSymbolicLink(directory.resolve(STAGING), precious);
        assertThrows(IOException.class, () -> fs.completeStaged(STAGING));
        try (AppendFile file = fs.createStaged(LOG, STAGING)) {
            write(file, 20, 100);
            assertEquals(2_000, afterKill(LOG).length);
        }
        assertArrayEquals(new byte[69_632], Files.readAllBytes(precious));
    }

    @Test
    void whereItCannotBeMadeItIsDoneWithout() throws IOException {
        Files.createDirectories(directory.resolve(STAGING).resolve("in the way"));
        try (AppendFile file = fs.createStaged(LOG, STAGING)) {
            write(file, 20, 100);
            assertEquals(2_000, Files.size(directory.resolve(LOG)));
        }
    }

    @Test
    void anInterruptedThreadStagesAndStaysInterrupted() throws IOException {
        Thread.currentThread().interrupt();
        try (AppendFile file = fs.createStaged(LOG, STAGING)) {
            write(file, 20, 100);
        }
        assertTrue(Thread.interrupted());
        assertEquals(2_000, Files.size(directory.resolve(LOG)));
    }

    /** As with a disk that fails: the write is an error, and not lost in silence. */
    @Test
    void aStagingFileThatLosesItsRoomIsAnError() throws IOException {
        AppendFile file = stagedWithoutRoom();
        IOException first = assertThrows(IOException.class, () -> write(file, 1, 100));
        assertTrue(first.getMessage().contains(STAGING), first.getMessage());
        IOException second = assertThrows(IOException.class, () -> write(file, 1, 100));
        assertEquals(first, second.getCause());
        assertThrows(IOException.class, file::sync);
        file.close();
    }

    /** Zeros would be appended in its place, and what had been acknowledged would be gone without a word. */
    @Test
    void whatCannotBeReadBackIsNotAppended() throws IOException {
        AppendFile file = stagedWithoutRoom();
        IOException failure = assertThrows(IOException.class, file::sync);
        assertTrue(failure.getMessage().contains(STAGING), failure.getMessage());
        assertEquals(700, Files.size(directory.resolve(LOG)), "what was not staged");
        file.close();
    }

    /** A file with some bytes staged, and a staging file that has lost them. */
    private AppendFile stagedWithoutRoom() throws IOException {
        AppendFile file = fs.createStaged(LOG, STAGING);
        write(file, 20, 100);
        try (FileChannel staging = FileChannel.open(directory.resolve(STAGING), StandardOpenOption.WRITE)) {
            staging.truncate(0);
        }
        return file;
    }

    /** What another process finds in that file; this one's writer goes on undisturbed. */
    private byte[] afterKill(String name) throws IOException {
        Path copy = Files.createTempDirectory(directory, "killed");
        for (String each : fs.list()) {
            Files.copy(directory.resolve(each), copy.resolve(each));
        }
        DiskFileSystem next = DiskFileSystem.at(copy);
        next.completeStaged(STAGING);
        byte[] found = Files.readAllBytes(copy.resolve(name));
        for (String each : next.list()) {
            next.delete(each);
        }
        Files.delete(copy);
        return found;
    }

    private static void write(AppendFile file, int times, int bytes) throws IOException {
        for (int i = 0; i < times; i++) {
            file.write(new byte[bytes], 0, bytes);
        }
    }

    private static byte[] with(byte[] content, int at, int value) {
        byte[] changed = content.clone();
        changed[at] = (byte) value;
        return changed;
    }
}
