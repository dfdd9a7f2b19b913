package io.streambed.lsm;

import static io.streambed.lsm.testing.ByteMaps.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.fs.CrashMode;
import io.streambed.lsm.fs.Fault;
import io.streambed.lsm.fs.Fault.Operation;
import io.streambed.lsm.fs.FaultFileSystem;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.internal.version.FileNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening looks for the last commit from the mark on; whatever the mark says, it finds the same one. */
class CommitMarkTest {
    private static final byte[] VALUE = new byte[1 << 10];

    /** Commits of {@value #PUTS_A_COMMIT} KiB each, so that a mark lies behind every second or third. */
    private static final int COMMITS = 40;

    private static final int PUTS_A_COMMIT = 30;

    private final Queue<Runnable> left = new ArrayDeque<>();
    private boolean flushes = true;
    private long nanos;
    private final List<LsmRuntime> runtimes = new ArrayList<>();

    @AfterEach
    void closeRuntimes() {
        flushes = true;
        left.forEach(Runnable::run);
        runtimes.forEach(LsmRuntime::close);
    }

    @Test
    void openingReadsWhatIsBehindTheMark() {
        MemoryFileSystem killed = killed();
        FaultFileSystem marked = new FaultFileSystem(killed);
        LsmTree tree = open(marked);
        long fromMark = marked.count(Operation.READ);
        assertLastCommit(tree, COMMITS);

        killed.note(FileNames.MARK, new byte[0]);
        FaultFileSystem unmarked = new FaultFileSystem(killed.afterKill());
        LsmTree same = open(unmarked);
        long fromBeginning = unmarked.count(Operation.READ);
        assertLastCommit(same, COMMITS);
        assertTrue(fromMark < fromBeginning / 2, fromMark + " reads from the mark on, " + fromBeginning + " of all");
    }

    @Test
    void closingMarksTheLastCommit() {
        MemoryFileSystem files = new MemoryFileSystem();
        LsmTree tree = open(files);
        commits(tree, 0, 1);
        byte[] first = mark(files);
        // Too little to be worth a mark of its own, or a flush.
        commits(tree, 1, 2);
        assertArrayEquals(first, files.noted(FileNames.MARK));
        tree.close();
        assertTrue(Arrays.compareUnsigned(first, files.noted(FileNames.MARK)) < 0);
        assertLastCommit(open(files), 2);
    }

    @Test
    void commitsThatFollowCloselyAreNotMarked() {
        MemoryFileSystem files = new MemoryFileSystem();
        LsmTree tree = open(files);
        commits(tree, 0, 1);
        byte[] first = mark(files);
        for (long since : new long[] {0, CommitMark.STEP_NANOS / 2}) {
            for (int i = 0; i < 100; i++) {
                tree.put(key(2, i), VALUE);
            }
            long before = nanos;
            nanos += since;
            tree.commit(bytes("close"));
            nanos = before;
            assertArrayEquals(first, files.noted(FileNames.MARK));
        }
        commits(tree, 1, 2);
        assertTrue(Arrays.compareUnsigned(first, files.noted(FileNames.MARK)) < 0);
    }

    @Test
    void commitsBehindAnOldMarkAreFound() {
        MemoryFileSystem files = new MemoryFileSystem();
        LsmTree tree = open(files);
        commits(tree, 0, COMMITS / 2);
        byte[] old = mark(files);
        commits(tree, COMMITS / 2, COMMITS);
        MemoryFileSystem killed = files.afterKill();
        killed.note(FileNames.MARK, old);
        assertLastCommit(open(killed), COMMITS);
    }

    @Test
    void ofALogBeforeTheMarkedOneOnlyItsOwnBytesCount() throws IOException {
        MemoryFileSystem killed = killedWithSeveralLogs();
        String first = FileNames.log(logs(killed).get(0));
        long counted = open(killed.afterKill()).metrics().logFileBytes();
        byte[] content = killed.content(first);
        // As where it was written into the file of a longer one.
        killed.setContent(first, Arrays.copyOf(content, content.length + (1 << 20)));
        assertEquals(counted, open(killed).metrics().logFileBytes());
    }

    @Test
    void logsBeforeTheMarkedOneAreReadToo() {
        MemoryFileSystem killed = killedWithSeveralLogs();
        assertTrue(logs(killed).indexOf(markedLog(killed)) > 0);
        flushes = true;
        assertLastCommit(open(killed), COMMITS);
    }

    @Test
    void logsBehindTheMarkedOneAreLookedAtToo() {
        MemoryFileSystem killed = killedWithSeveralLogs();
        MemoryFileSystem first = new MemoryFileSystem();
        commits(open(first), 0, 1);
        byte[] mark = mark(first);
        killed.note(FileNames.MARK, mark);
        assertEquals(logs(killed).get(0), markedLog(killed));
        flushes = true;
        assertLastCommit(open(killed), COMMITS);
    }

    @Test
    void aLossOfPowerVoidsIt() {
        MemoryFileSystem files = killed();
        assertNotNull(files.noted(FileNames.MARK));
        MemoryFileSystem after = files.afterCrash(CrashMode.ZEROED, new Random(1));
        assertNull(after.noted(FileNames.MARK));
        LsmTree tree = open(after);
        // Nothing of the log was ever synced but its header.
        assertNull(tree.committedMetadata());
        assertNull(tree.get(key(0, 0)));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1, 40, 41, 70_000, Long.MAX_VALUE})
    void aPlaceThatHoldsNoCommitIsNotBelieved(long position) {
        MemoryFileSystem files = killed();
        byte[] note = mark(files);
        long log = ByteBuffer.wrap(note).getLong();
        for (long number : new long[] {log, log + 1, 0, -1}) {
            MemoryFileSystem killed = files.afterKill();
            killed.note(
                    FileNames.MARK,
                    ByteBuffer.allocate(16).putLong(number).putLong(position).array());
            assertLastCommit(open(killed), COMMITS);
        }
    }

    @Test
    void damageBeforeItIsToldAndTheNextOpeningFallsBack() throws Exception {
        MemoryFileSystem files = killed();
        String log = files.list().stream()
                .filter(name -> name.endsWith(".log"))
                .findFirst()
                .orElseThrow();
        byte[] content = files.content(log);
        content[content.length / 2] ^= 1;
        files.setContent(log, content);
        LsmTree tree = open(files);
        LsmException failure = assertThrows(LsmException.class, () -> tree.get(key(0, 0)));
        assertEquals(LsmException.Kind.CORRUPTION, failure.kind());
        assertTrue(failure.getMessage().contains(log), failure.getMessage());
        assertThrows(LsmException.class, tree::close);

        LsmTree again = open(files);
        int commit = ByteBuffer.wrap(again.committedMetadata()).getInt();
        assertTrue(commit > COMMITS / 4 && commit <= COMMITS / 2, "commit " + commit);
        assertLastCommit(again, commit);
    }

    @Test
    void damageBeforeItIsToldThoughItCannotBeForgotten() throws Exception {
        MemoryFileSystem files = killed();
        String log = FileNames.log(markedLog(files));
        byte[] content = files.content(log);
        content[content.length / 2] ^= 1;
        files.setContent(log, content);
        FaultFileSystem full = new FaultFileSystem(files);
        full.inject(Fault.on(Operation.OPEN).inFile(FileNames.MARK::equals).forEver("disk full"));
        LsmTree tree = open(full);
        LsmException failure = assertThrows(LsmException.class, () -> tree.get(key(0, 0)));
        assertEquals(LsmException.Kind.CORRUPTION, failure.kind());
        assertThrows(LsmException.class, tree::close);
    }

    @ParameterizedTest
    @EnumSource(names = {"OPEN", "WRITE"})
    void aMarkThatCannotBeWrittenIsDoneWithout(Operation failing) {
        MemoryFileSystem files = new MemoryFileSystem();
        FaultFileSystem full = new FaultFileSystem(files);
        full.inject(Fault.on(failing).inFile(FileNames.MARK::equals).forEver("disk full"));
        LsmTree tree = open(full);
        commits(tree, 0, COMMITS);
        assertNull(files.noted(FileNames.MARK));
        assertLastCommit(open(files.afterKill()), COMMITS);
        tree.close();
        assertEquals(List.of(), files.openHandleNames());
    }

    @Test
    void itsFileIsOpenedOnceAndClosedWithTheTree() {
        MemoryFileSystem files = new MemoryFileSystem();
        FaultFileSystem counting = new FaultFileSystem(files);
        LsmTree tree = open(counting);
        commits(tree, 0, 1);
        assertTrue(files.openHandleNames().contains(FileNames.MARK));
        long opened = counting.count(Operation.OPEN);
        commits(tree, 1, COMMITS);
        assertEquals(opened, counting.count(Operation.OPEN));
        tree.close();
        assertEquals(List.of(), files.openHandleNames());
    }

    /** The directory of a process that was killed after many commits, and one put more. */
    private MemoryFileSystem killed() {
        MemoryFileSystem files = new MemoryFileSystem();
        LsmTree tree = open(files);
        commits(tree, 0, COMMITS);
        tree.put(bytes("not committed"), VALUE);
        return files.afterKill();
    }

    /** The directory of a process that was killed before any memtable was flushed. */
    private MemoryFileSystem killedWithSeveralLogs() {
        MemoryFileSystem files = new MemoryFileSystem();
        flushes = false;
        LsmTree tree = open(files, LsmOptions.builder().commitEveryWrite(false).writeBufferBytes(256 << 10));
        commits(tree, 0, COMMITS);
        return files.afterKill();
    }

    private static List<Long> logs(MemoryFileSystem files) {
        return files.list().stream()
                .map(FileNames::parse)
                .filter(file -> file != null && file.kind() == FileNames.Kind.LOG)
                .map(FileNames.Numbered::number)
                .toList();
    }

    private static byte[] mark(MemoryFileSystem files) {
        byte[] mark = files.noted(FileNames.MARK);
        assertNotNull(mark, "there is no mark");
        return mark;
    }

    private static Long markedLog(MemoryFileSystem files) {
        return ByteBuffer.wrap(mark(files)).getLong();
    }

    /** Makes commits number {@code from + 1} to {@code to}, each with its number as metadata. */
    private void commits(LsmTree tree, int from, int to) {
        for (int commit = from + 1; commit <= to; commit++) {
            for (int i = 0; i < PUTS_A_COMMIT; i++) {
                tree.put(key(commit, i), VALUE);
            }
            nanos += CommitMark.STEP_NANOS;
            tree.commit(ByteBuffer.allocate(Integer.BYTES).putInt(commit).array());
        }
    }

    private static byte[] key(int commit, int number) {
        return bytes(commit + "/" + number);
    }

    private static void assertLastCommit(LsmTree tree, int commit) {
        assertArrayEquals(ByteBuffer.allocate(Integer.BYTES).putInt(commit).array(), tree.committedMetadata());
        assertEquals((long) commit * PUTS_A_COMMIT, entries(tree));
        assertNull(tree.get(bytes("not committed")));
        tree.put(bytes("new"), VALUE);
        assertArrayEquals(VALUE, tree.get(bytes("new")));
    }

    private static long entries(LsmTree tree) {
        long found = 0;
        try (LsmIterator entries = tree.iterator(KeyRange.all(), Direction.FORWARD)) {
            while (entries.next()) {
                found++;
            }
        }
        return found;
    }

    private LsmTree open(FileSystem files) {
        return open(files, LsmOptions.builder().commitEveryWrite(false));
    }

    private LsmTree open(FileSystem files, LsmOptions.Builder options) {
        LsmRuntime runtime = LsmRuntime.builder()
                .executor(this::execute)
                .nanoClock(this::readClock)
                .build();
        runtimes.add(runtime);
        return runtime.open(files, options.build());
    }

    /** Time goes on with each look at the clock, so that a writer who is slowed down does not wait for ever. */
    private long readClock() {
        nanos += 100_000;
        return nanos;
    }

    /** What opening leaves to the background stays there, for the first reader to do; what writes ask for is done at once. */
    private void execute(Runnable task) {
        if (task instanceof FutureTask || !flushes) {
            left.add(task);
        } else {
            task.run();
        }
    }
}
