package io.streambed.lsm.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.fs.Fault.Operation;
import java.io.Closeable;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Without faults it is what it wraps; with faults it fails where it was told to, and nowhere else. */
class FaultFileSystemTest extends FileSystemContract {
    private final MemoryFileSystem memory = new MemoryFileSystem();
    private final FaultFileSystem fs = new FaultFileSystem(memory);

    @Override
    FileSystem fs() {
        return fs;
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void eachKindFailsOnItsOwn(Operation kind) throws IOException {
        fs.inject(Fault.on(kind).forEver("Input/output error"));
        Map<Operation, Boolean> failed = new EnumMap<>(Operation.class);
        try (AppendFile file = memory.create("readable")) {
            file.sync();
        }
        fs.heal();
        AppendFile writer = fs.create("w");
        ReadFile reader = fs.open("readable");
        fs.inject(Fault.on(kind).forEver("Input/output error"));
        failed.put(Operation.CREATE, fails(() -> fs.create("a")));
        failed.put(Operation.OPEN, fails(() -> fs.open("readable")));
        failed.put(Operation.WRITE, fails(() -> writer.write(new byte[3], 0, 3)));
        failed.put(Operation.SYNC, fails(writer::sync));
        failed.put(Operation.CUT_OFF, fails(writer::cutOff));
        failed.put(Operation.RENAME, fails(() -> fs.rename("w", "w2")));
        failed.put(Operation.DELETE, fails(() -> fs.delete("readable")));
        failed.put(Operation.LIST, fails(fs::list));
        failed.put(Operation.READ, fails(() -> reader.readFully(0, new byte[0], 0, 0)));
        failed.put(Operation.SYNC_DIRECTORY, fails(fs::syncDirectory));
        failed.put(Operation.LOCK, fails(() -> fs.lock("LOCK")));
        for (Operation operation : Operation.values()) {
            assertEquals(operation == kind, failed.get(operation), operation.name());
        }
        assertEquals(1, fs.failures());
        assertEquals(13, fs.count());
    }

    @Test
    void theNthFailsOnceOrFromThenOn() throws IOException {
        fs.inject(Fault.on(Operation.LIST).nth(2).once("EIO"));
        fs.inject(Fault.on(Operation.LIST).nth(4).forEver("ENOSPC"));
        List<Boolean> failed = Stream.generate(() -> fails(fs::list)).limit(6).toList();
        assertEquals(List.of(false, true, false, true, true, true), failed);
        fs.heal();
        assertEquals(List.of(), fs.list());
        assertEquals(7, fs.count(Operation.LIST));
        assertEquals(4, fs.failures());
    }

    @Test
    void anyOperationAndSomeFilesCanBeMeant() throws IOException {
        fs.inject(Fault.on().nth(2).inFile(name -> name.endsWith(".log")).once("No space left on device"));
        AppendFile table = fs.create("1.sst");
        AppendFile log = fs.create("1.log");
        table.write(new byte[1], 0, 1);
        IOException failure = assertThrows(IOException.class, log::sync);
        assertEquals("1.log: No space left on device", failure.getMessage());
        log.sync();
    }

    @Test
    void aWriteMayBeCutShort() throws IOException {
        AppendFile file = fs.create("a");
        fs.inject(Fault.on(Operation.WRITE).afterBytes(2).once("EIO"));
        assertThrows(IOException.class, () -> file.write(new byte[] {1, 2, 3}, 0, 3));
        assertEquals(2, memory.content("a").length);
        fs.inject(Fault.on(Operation.WRITE).afterBytes(9).once("EIO"));
        assertThrows(IOException.class, () -> file.write(new byte[] {3}, 0, 1));
        assertEquals(3, memory.content("a").length);
    }

    @Test
    void aLoopMeetsEveryOperationAndEnds() throws IOException {
        int n = 0;
        do {
            MemoryFileSystem fresh = new MemoryFileSystem();
            FaultFileSystem broken = new FaultFileSystem(fresh);
            broken.inject(Fault.on().nth(++n).once("EIO"));
            try (Closeable lock = broken.lock("LOCK");
                    AppendFile file = broken.create("a")) {
                file.write(new byte[1], 0, 1);
                file.sync();
                broken.syncDirectory();
            } catch (IOException e) {
                assertTrue(e.getMessage().endsWith("EIO"), e.getMessage());
            }
            assertEquals(0, fresh.openHandles());
            if (broken.failures() == 0) {
                break;
            }
        } while (n < 100);
        assertEquals(6, n);
    }

    private interface Action {
        void run() throws IOException;
    }

    private static boolean fails(Action action) {
        try {
            action.run();
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
