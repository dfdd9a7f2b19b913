package io.streambed.lsm.fs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table read through a mapping: what others do to the file or to the handle ends in an answer or an exception. */
class MappedReadFileTest {
    private static final int LENGTH = 256 << 10;

    @TempDir
    Path directory;

    private final byte[] content = new byte[LENGTH];
    private DiskFileSystem files;

    @BeforeEach
    void writeFile() throws IOException {
        new Random(7).nextBytes(content);
        files = DiskFileSystem.at(directory);
        try (AppendFile file = files.create("table")) {
            file.write(content, 0, LENGTH);
        }
    }

    @Test
    void itReadsWhatIsInTheFile() throws IOException {
        try (ReadFile file = files.openForRandomReads("table")) {
            assertInstanceOf(MappedReadFile.class, file);
            assertEquals(LENGTH, file.length());
            assertReads(file, 0, LENGTH);
            assertReads(file, 12_345, 678);
            assertReads(file, LENGTH, 0);
        }
    }

    @Test
    void aReadBeyondTheEndFails() throws IOException {
        try (ReadFile file = files.openForRandomReads("table")) {
            assertThrows(EOFException.class, () -> file.readFully(LENGTH - 1, new byte[2], 0, 2));
            assertThrows(EOFException.class, () -> file.readFully(Long.MAX_VALUE, new byte[2], 0, 2));
        }
    }

    @Test
    void anEmptyFileCannotBeMappedAndIsReadAllTheSame() throws IOException {
        files.create("empty").close();
        try (ReadFile file = files.openForRandomReads("empty")) {
            assertEquals(0, file.length());
            assertThrows(EOFException.class, () -> file.readFully(0, new byte[1], 0, 1));
        }
    }

    @Test
    void aClosedFileIsNotRead() throws IOException {
        ReadFile file = files.openForRandomReads("table");
        file.close();
        file.close();
        assertThrows(ClosedChannelException.class, () -> file.readFully(0, new byte[1], 0, 1));
    }

    @Test
    void aDeletedFileIsReadOn() throws IOException {
        try (ReadFile file = files.openForRandomReads("table")) {
            files.delete("table");
            assertReads(file, 0, LENGTH);
        }
    }

    @Test
    void anInterruptedThreadOpensAndReadsOnAndStaysInterrupted() throws IOException {
        Thread.currentThread().interrupt();
        try (ReadFile file = files.openForRandomReads("table")) {
            assertInstanceOf(MappedReadFile.class, file);
            assertReads(file, 100, 1000);
            assertTrue(Thread.currentThread().isInterrupted());
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void aTruncatedFileIsAnErrorAndNotTheEndOfTheProcess() throws IOException {
        try (ReadFile file = files.openForRandomReads("table")) {
            try (RandomAccessFile truncating =
                    new RandomAccessFile(directory.resolve("table").toFile(), "rw")) {
                truncating.setLength(10);
            }
            // Many times, so that the compiled copy is met too. The error must come from the read itself: thrown later,
            // anywhere in the thread, it could break what the thread is at then.
            byte[] target = new byte[4096];
            for (int i = 0; i < 50_000; i++) {
                int length = 1 + i % target.length;
                assertThrows(IOException.class, () -> file.readFully(LENGTH / 2, target, 0, length));
            }
        }
    }

    @Test
    void closingUnderReadersEndsTheirReadsAndNothingElse() throws Exception {
        ExecutorService readers = Executors.newFixedThreadPool(3);
        try {
            for (int round = 0; round < 300; round++) {
                ReadFile file = files.openForRandomReads("table");
                Callable<Long> reading = () -> readUntilClosed(file);
                List<Future<Long>> results = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    results.add(readers.submit(reading));
                }
                assertReads(file, 0, 1000);
                file.close();
                for (Future<Long> result : results) {
                    assertTrue(result.get() >= 0);
                }
            }
        } finally {
            readers.shutdownNow();
        }
    }

    private long readUntilClosed(ReadFile file) throws IOException {
        byte[] target = new byte[4096];
        for (long reads = 0; ; reads++) {
            int position = (int) (reads * 4096 % (LENGTH - 4096));
            try {
                file.readFully(position, target, 0, target.length);
            } catch (ClosedChannelException e) {
                return reads;
            }
            if (!Arrays.equals(target, 0, 4096, content, position, position + 4096)) {
                throw new AssertionError("wrong bytes at " + position);
            }
        }
    }

    private void assertReads(ReadFile file, int position, int length) throws IOException {
        byte[] target = new byte[length];
        file.readFully(position, target, 0, length);
        assertArrayEquals(Arrays.copyOfRange(content, position, position + length), target);
    }
}
