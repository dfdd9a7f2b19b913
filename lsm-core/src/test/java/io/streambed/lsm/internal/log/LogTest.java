package io.streambed.lsm.internal.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.CrashMode;
import io.streambed.lsm.fs.DiskFileSystem;
import io.streambed.lsm.fs.Fault;
import io.streambed.lsm.fs.Fault.Operation;
import io.streambed.lsm.fs.FaultFileSystem;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.fs.ReadFile;
import io.streambed.lsm.internal.log.Logs.Content;
import io.streambed.lsm.internal.log.Logs.Item;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is appended is read; what is flushed, synced and counted, and what happens after a failure. */
class LogTest {
    private final MemoryFileSystem fs = new MemoryFileSystem();

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 4_096, 64 << 10})
    void recordsOfAllLengthsComeBackInOrder(int bufferBytes) throws IOException {
        List<Item> written = new ArrayList<>();
        List<Long> ends = new ArrayList<>();
        Random random = new Random(bufferBytes);
        int[] edges = {0, 1, bufferBytes - 10, bufferBytes - 9, bufferBytes - 8, bufferBytes, 65_526, 65_527, 65_528};
        try (LogWriter log = Logs.create(fs, bufferBytes)) {
            for (int i = 0; i < 1_000; i++) {
                int length = i < 2 * edges.length
                        ? Math.max(0, edges[i % edges.length])
                        : random.nextInt(random.nextInt(20) == 0 ? 10_000 : 200);
                int type = i % 254 + 1 == Frame.SYNCED_TYPE ? 255 : i % 254 + 1;
                byte[] payload = Logs.payload(length, i);
                log.append(type, payload);
                written.add(Item.of(type, payload));
                ends.add(log.length());
                if (random.nextInt(10) == 0) {
                    log.sync();
                }
            }
        }
        Content read = Logs.read(fs);
        assertEquals(written, read.items());
        assertEquals(ends, read.ends());
        assertEquals(new LogEnd.Clean(fs.content(Logs.NAME).length), read.end());
        assertEquals(0, fs.openHandles());
    }

    @Test
    void aLogOnDiskIsAsGoodAsOneInMemory(@TempDir Path directory) throws IOException {
        DiskFileSystem disk = DiskFileSystem.at(directory);
        List<Item> written = new ArrayList<>();
        try (LogWriter log = Logs.create(disk)) {
            for (int i = 0; i < 100; i++) {
                byte[] payload = Logs.payload(i * 37 % 3_000 + (i == 50 ? 1 << 20 : 0), i);
                log.append(1, payload);
                written.add(Item.of(1, payload));
            }
            log.sync();
        }
        assertEquals(written, Logs.read(disk).items());
    }

    @Test
    void anEmptyLogIsReadable() throws IOException {
        Logs.create(fs).close();
        Content read = Logs.read(fs);
        assertEquals(List.of(), read.items());
        assertEquals(new LogEnd.Clean(LogHeader.BYTES), read.end());
    }

    @Test
    void theHeaderIsSyncedAndComesBack() throws IOException {
        LogHeader header = new LogHeader(1L << 40, 5, 1_000, 900);
        LogWriter.create(fs, "a", LogKind.WRITE_AHEAD, header);
        fs.syncDirectory();
        MemoryFileSystem after = fs.afterCrash(CrashMode.NONE, new Random(1));
        try (LogReader reader = LogReader.open(after, "a", 1L << 40, LogKind.WRITE_AHEAD)) {
            assertEquals(header, reader.header());
            assertEquals(new LogExtent(900, 1_000), reader.header().previousExtent());
        }
    }

    @Test
    void anExistingFileIsNotTouched() throws IOException {
        Logs.create(fs).close();
        byte[] before = fs.content(Logs.NAME);
        assertThrows(FileAlreadyExistsException.class, () -> Logs.create(fs));
        assertEquals(before.length, fs.content(Logs.NAME).length);
    }

    @Test
    void bytesAreCountedAsTheyAreAppendedAndWrittenWhenFlushed() throws IOException {
        LogWriter log = Logs.create(fs);
        assertEquals(64, log.length());
        assertEquals(64, log.syncedLength());
        log.append(1, new byte[11]);
        assertEquals(84, log.length());
        assertEquals(64, fs.content(Logs.NAME).length);
        log.flush();
        assertEquals(84, fs.content(Logs.NAME).length);
        assertEquals(64, log.syncedLength());
        log.sync();
        assertEquals(84, log.syncedLength());
        long operations = fs.operations();
        log.sync();
        log.flush();
        assertEquals(operations, fs.operations(), "nothing new, nothing done");
    }

    @Test
    void theFirstRecordAfterASyncIsPrecededByAStatementOfIt() throws IOException {
        LogWriter log = Logs.create(fs);
        log.append(1, new byte[11]);
        log.sync();
        log.append(1, new byte[11]);
        assertEquals(84 + Frame.SYNCED_BYTES + 20, log.length());
        log.append(1, new byte[11]);
        assertEquals(84 + Frame.SYNCED_BYTES + 40, log.length());
        assertEquals(84, log.syncedLength());
        log.close();
        assertEquals(3, Logs.read(fs).items().size());
    }

    @Test
    void aRecordThatPassesTheBufferByIsPrecededByAStatementToo() throws IOException {
        LogWriter log = Logs.create(fs, 100);
        log.append(1, new byte[11]);
        log.sync();
        log.append(1, new byte[500]);
        assertEquals(84 + Frame.SYNCED_BYTES + 509, log.length());
        byte[] content = fs.content(Logs.NAME);
        content[70] ^= 1;
        assertThrows(CorruptFileException.class, () -> Logs.read(Logs.holding(content)));
    }

    @Test
    void theStatementAtTheEndIsNotCounted() throws IOException {
        LogWriter log = Logs.create(fs);
        log.append(1, new byte[11]);
        log.sync();
        log.close();
        assertEquals(84 + Frame.SYNCED_BYTES, fs.content(Logs.NAME).length);
        // Whoever continues this log takes this length down. The statement may be lost; it must not be missed then.
        assertEquals(84, log.length());
        for (int length = 84; length <= 84 + Frame.SYNCED_BYTES; length++) {
            MemoryFileSystem after = Logs.holding(Logs.cut(fs.content(Logs.NAME), length));
            assertEquals(
                    new LogEnd.Clean(84), Logs.read(after, LogExtent.sealed(84)).end());
        }
    }

    @Test
    void whatIsNotFlushedIsNotThere() throws IOException {
        LogWriter log = Logs.create(fs);
        log.append(1, new byte[3]);
        log.flush();
        log.append(2, new byte[3]);
        assertEquals(1, Logs.read(fs.afterKill()).items().size());
        log.close();
        assertEquals(2, Logs.read(fs.afterKill()).items().size());
    }

    @Test
    void aRecordThatIsNotEndedIsNone() throws IOException {
        LogWriter log = Logs.create(fs);
        log.append(1, new byte[3]);
        log.begin(2, 10);
        log.put(new byte[10], 0, 4); // and here something goes wrong
        assertEquals(64 + 12, log.length());
        log.append(3, new byte[3]);
        log.close();
        List<Item> items = Logs.read(fs).items();
        assertEquals(List.of(Item.of(1, new byte[3]), Item.of(3, new byte[3])), items);
    }

    @Test
    void afterCloseNothingIsAppended() throws IOException {
        LogWriter log = Logs.create(fs);
        log.append(1, new byte[3]);
        log.close();
        log.close();
        assertThrows(IOException.class, () -> log.append(1, new byte[3]));
        assertThrows(IOException.class, log::flush);
        assertThrows(IOException.class, log::sync);
        assertEquals(64 + 12, fs.content(Logs.NAME).length);
    }

    @Test
    void afterAFailureEveryCallFailsWithTheFirstCause() throws IOException {
        for (Operation operation : List.of(Operation.WRITE, Operation.SYNC)) {
            for (int n = 2; n <= 4; n++) { // the first of each is the header's
                for (int part : new int[] {0, 7}) {
                    failAt(Fault.on(operation).nth(n).afterBytes(part).once("disk on fire"));
                }
            }
        }
    }

    private static void failAt(Fault fault) throws IOException {
        MemoryFileSystem memory = new MemoryFileSystem();
        FaultFileSystem broken = new FaultFileSystem(memory);
        broken.inject(fault);
        LogWriter log = Logs.create(broken, 100);
        IOException first = assertThrows(IOException.class, () -> {
            for (int i = 0; i < 10; i++) {
                log.append(1, Logs.payload(i == 2 ? 200 : 20, i));
                log.sync();
            }
        });
        assertTrue(first.getMessage().endsWith("disk on fire"), first.getMessage());
        long operations = broken.count();
        long synced = log.syncedLength();
        for (int i = 0; i < 3; i++) {
            assertEquals(first, assertThrows(IOException.class, log::sync).getCause());
            assertEquals(first, assertThrows(IOException.class, log::flush).getCause());
            assertEquals(
                    first,
                    assertThrows(IOException.class, () -> log.append(1, new byte[1]))
                            .getCause());
            assertEquals(
                    first,
                    assertThrows(IOException.class, () -> log.append(1, new byte[500]))
                            .getCause());
        }
        log.close();
        assertEquals(operations, broken.count(), "the file is left alone");
        assertEquals(0, memory.openHandles());
        // What had been synced is all there, whatever the failure left behind it.
        Content read = Logs.read(memory, new LogExtent(synced, Long.MAX_VALUE));
        for (int i = 0; i < read.items().size(); i++) {
            assertEquals(
                    Item.of(1, Logs.payload(i == 2 ? 200 : 20, i)), read.items().get(i));
        }
    }

    @Test
    void aLogThatCannotBeCreatedLeavesNoHandle() {
        for (Operation operation : List.of(Operation.CREATE, Operation.WRITE, Operation.SYNC)) {
            MemoryFileSystem memory = new MemoryFileSystem();
            FaultFileSystem broken = new FaultFileSystem(memory);
            broken.inject(Fault.on(operation).once("EIO"));
            assertThrows(IOException.class, () -> Logs.create(broken));
            assertEquals(0, memory.openHandles());
        }
    }

    @Test
    void aFailedReadIsAnErrorAndNotAnEnd() throws IOException {
        LogWriter log = Logs.create(fs);
        for (int i = 0; i < 20; i++) {
            log.append(1, Logs.payload(i == 7 ? 100_000 : 20_000, i));
        }
        log.close();
        FaultFileSystem broken = new FaultFileSystem(fs);
        for (int n = 1; n < 1_000; n++) {
            broken.heal();
            long failures = broken.failures();
            broken.inject(Fault.on(Operation.READ, Operation.OPEN).nth(n).once("EIO"));
            try {
                assertEquals(20, Logs.read(broken).items().size());
                assertEquals(failures, broken.failures(), "a failure was swallowed");
                assertTrue(n > 5);
                return;
            } catch (IOException e) {
                assertTrue(e.getMessage().endsWith("EIO"), e.getMessage());
            }
            assertEquals(0, fs.openHandles());
        }
    }

    @Test
    void aReadThatFailedHalfWayLeavesNoWrongBytesBehind() throws IOException {
        LogWriter log = Logs.create(fs);
        for (int i = 0; i < 20; i++) {
            log.append(1, Logs.payload(20_000, i));
        }
        log.close();
        HalfReading half = new HalfReading(fs);
        try (LogReader reader = LogReader.open(half, Logs.NAME, Logs.NUMBER, LogKind.MANIFEST)) {
            int records = 0;
            for (int i = 0; i < 40 && records < 20; i++) {
                half.failNext = i % 2 == 0;
                try {
                    assertTrue(reader.next());
                    assertEquals(
                            Item.of(1, Logs.payload(20_000, records++)),
                            Item.of(1, reader.payload(), reader.payloadOffset(), reader.payloadLength()));
                } catch (IOException e) {
                    assertEquals("half", e.getMessage());
                }
            }
            assertEquals(20, records);
        }
    }

    /** Fails, when told to, after it has filled what it was to read with something else. */
    private static final class HalfReading implements FileSystem {
        private final FileSystem inner;
        private boolean failNext;

        HalfReading(FileSystem inner) {
            this.inner = inner;
        }

        @Override
        public ReadFile open(String name) throws IOException {
            ReadFile file = inner.open(name);
            return new ReadFile() {
                @Override
                public long length() {
                    return file.length();
                }

                @Override
                public void readFully(long position, byte[] target, int offset, int length) throws IOException {
                    if (failNext) {
                        failNext = false;
                        Arrays.fill(target, offset, offset + length, (byte) 0x33);
                        throw new IOException("half");
                    }
                    file.readFully(position, target, offset, length);
                }

                @Override
                public void close() throws IOException {
                    file.close();
                }
            };
        }

        @Override
        public AppendFile create(String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void rename(String from, String to) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void delete(String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<String> list() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void syncDirectory() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Closeable lock(String name) {
            throw new UnsupportedOperationException();
        }
    }
}
