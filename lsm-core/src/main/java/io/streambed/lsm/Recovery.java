package io.streambed.lsm;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.internal.entry.SeqRanges;
import io.streambed.lsm.internal.log.LogEnd;
import io.streambed.lsm.internal.log.LogExtent;
import io.streambed.lsm.internal.log.LogHeader;
import io.streambed.lsm.internal.log.WalReader;
import io.streambed.lsm.internal.memtable.Memtable;
import io.streambed.lsm.internal.version.Commit;
import io.streambed.lsm.internal.version.FileNames;
import io.streambed.lsm.internal.version.Manifest;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import io.streambed.lsm.internal.version.VersionEdit;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a directory back to exactly its last commit: first the manifest, then the logs, which {@link LogReplay} reads into a memtable.
 *
 * <p>What was written after that commit is void. In the logs it is simply not read: the next log's header, or its first record, says
 * up to where its predecessor counts. In tables, where a flush may have put it before the crash, it lies in a range of sequence numbers
 * that the manifest declares void, which readers pass over and compaction sweeps out.
 *
 * <p>Logs follow one another without a gap. If the end of one is torn (after a loss of power), the logs after it hold
 * nothing that may be used, unless that end is known to have been synced; then it is damage.
 *
 * <p>Opening a directory that was closed in good order writes nothing, and neither does opening a new one: that gets its manifest
 * with its first write.
 *
 * <p>Loops, and no streams or lambdas, here and in what else opening runs through: it is the first thing that a process does with
 * a store, and each of those costs a class made on the spot.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    /**
     * What a tree begins with.
     *
     * @param memtable to be filled with what the logs hold up to the last commit; has room for it
     * @param logs what is to be read into it
     * @param filledLater whether that is done in the background, and writes go to another memtable
     * @param commit the last commit
     * @param lastSeqNo the greatest sequence number ever seen; new ones are greater
     * @param previousLog the last log that counts
     */
    record Recovered(
            TreeFiles files,
            Manifest manifest,
            Version version,
            Memtable memtable,
            List<LogReplay.Part> logs,
            boolean filledLater,
            Commit commit,
            long lastSeqNo,
            PreviousLog previousLog) {
        /** Bytes of the logs that count. */
        long logBytes() {
            return bytesOf(logs);
        }

        /** Whether something was written after the last commit: then whoever opens the tree is about to write it again. */
        boolean hasLostWrites() {
            return lastSeqNo > commit.seqNo();
        }
    }

    private final FileSystem fileSystem;
    private final Version version;

    private Commit commit;
    private long lastSeqNo;
    private PreviousLog previousLog = PreviousLog.NONE;
    private List<Long> usedLogs = List.of();

    /** Created ahead and never written to. They stay: to have them out of the manifest would cost a write at opening. */
    private final Set<Long> unusedLogs = new HashSet<>();

    /** Of the logs that follow another one. */
    private final Map<Long, LogHeader> headers = new HashMap<>();

    private final Map<Long, Long> logLengths = new HashMap<>();

    private Recovery(FileSystem fileSystem, Version version) {
        this.fileSystem = fileSystem;
        this.version = version;
        this.commit = version.commit();
        // A commit may be beyond everything in tables: of writes that an earlier recovery had dropped, their numbers
        // are left.
        this.lastSeqNo = Math.max(version.lastSeqNo(), version.commit().seqNo());
    }

    /** Takes the directory for this tree alone. */
    static Closeable lock(FileSystem fileSystem) throws IOException {
        return fileSystem.lock(FileNames.LOCK);
    }

    static Recovered run(FileSystem fileSystem, LsmOptions options, LsmRuntime runtime) throws IOException {
        List<String> names = fileSystem.list();
        if (names.contains(FileNames.STAGING)) {
            fileSystem.completeStaged(FileNames.STAGING);
        }
        Manifest.Loaded loaded = Manifest.load(fileSystem);
        Version version = loaded.version();
        requireNamedFiles(names, loaded);
        requireNoUnnamedLog(fileSystem, names, version);
        Recovery recovery = new Recovery(fileSystem, version);
        List<LogReplay.Part> logs = recovery.lookThrough();
        TreeFiles files = TreeFiles.of(fileSystem, options, runtime, firstFreeNumber(names, version));
        for (Map.Entry<Long, Long> log : recovery.logLengths.entrySet()) {
            files.logEnded(log.getKey(), log.getValue());
        }
        Manifest manifest = new Manifest(fileSystem, loaded.name(), files::newNumber);
        Version recovered;
        try {
            recovered = recovery.settle(manifest, files, names);
        } catch (IOException | RuntimeException | Error e) {
            try (manifest) {
                throw e;
            }
        }
        return new Recovered(
                files,
                manifest,
                recovered,
                recovery.memtable(options.timeOfKeys()),
                logs,
                LogReplay.isMuch(bytesOf(logs), options),
                recovery.commit,
                recovery.lastSeqNo,
                recovery.previousLog);
    }

    private static long bytesOf(List<LogReplay.Part> logs) {
        long bytes = 0;
        for (LogReplay.Part log : logs) {
            bytes += log.end();
        }
        return bytes;
    }

    // ---- Logs

    /**
     * Looks for the last commit, from the mark on if there is one, and answers what counts. That is read into the memtable in a second
     * pass, as most of a log's records may be behind its last commit: to have read them into the memtable as well would cost several times
     * what it takes to look at them. And nobody has to wait for that pass ({@link LogReplay}).
     */
    private List<LogReplay.Part> lookThrough() throws IOException {
        List<Long> logs = chain();
        CommitMark.Place mark = CommitMark.find(fileSystem, logs);
        int first = mark == null ? 0 : logs.indexOf(mark.log());
        for (int i = 0; i < first; i++) {
            logLengths.put(logs.get(i), lengthBefore(logs.get(i + 1)));
        }
        for (int i = first; i < logs.size(); i++) {
            LogHeader next = i + 1 < logs.size() ? headers.get(logs.get(i + 1)) : null;
            long from = mark != null && i == first ? mark.position() : 0;
            if (!lookThrough(logs.get(i), from, next)) {
                break;
            }
        }
        List<LogReplay.Part> counting = new ArrayList<>();
        usedLogs = new ArrayList<>();
        for (int i = 0; i < logs.size() && logs.get(i) <= previousLog.number(); i++) {
            long end = logs.get(i) == previousLog.number() ? previousLog.length() : lengthBefore(logs.get(i + 1));
            counting.add(new LogReplay.Part(logs.get(i), end));
            usedLogs.add(logs.get(i));
        }
        return counting;
    }

    /** How much counts of the log before this one. The file of that one may be longer: it may have been an older log's. */
    private long lengthBefore(long log) {
        return Objects.requireNonNull(headers.get(log)).previousLength();
    }

    private Memtable memtable(@Nullable ToLongFunction<Slice> keyTime) {
        long committed = commit.seqNo() - version.lastSeqNo();
        return new Memtable(keyTime, (int) Math.max(0, Math.min(committed, Integer.MAX_VALUE)));
    }

    /**
     * The logs that continue one another: all that the version names, but for those that were created ahead and never written to. That one
     * was written to, and has lost even its first record, is seen by the log that continues it; then what is before it is the chain.
     */
    private List<Long> chain() throws IOException {
        if (version.logs().size() < 2) {
            return version.logs();
        }
        List<Long> chain = new ArrayList<>();
        Set<Long> unused = new HashSet<>();
        for (Long number : version.logs()) {
            LogHeader header;
            try (WalReader log = WalReader.open(fileSystem, FileNames.log(number), number)) {
                if (log.isUnused()) {
                    unused.add(number);
                    ended(log, number, null);
                    continue;
                }
                header = log.header();
            }
            if (unused.contains(header.previousLog())) {
                lost(header.previousLog(), header);
                break;
            }
            if (!chain.isEmpty()) {
                requireFollowing(chain.get(chain.size() - 1), header);
                headers.put(number, header);
            }
            chain.add(number);
        }
        return chain;
    }

    /** A log that was written to looks as if it had not been: fails if that is damage, and else all behind it is void. */
    private void lost(long number, LogHeader next) throws IOException {
        unusedLogs.remove(number);
        try (WalReader log = WalReader.open(fileSystem, FileNames.log(number), number, next.previousExtent())) {
            ended(log, number, next);
        }
    }

    private static void requireFollowing(long number, LogHeader next) throws CorruptFileException {
        if (next.previousLog() != number) {
            throw new CorruptFileException(
                    FileNames.log(next.number()),
                    0,
                    "it follows log " + next.previousLog() + "; the manifest says log " + number);
        }
    }

    /**
     * Goes through one log up to where its follower says that it ends.
     *
     * @param from where to begin, if that is not its beginning
     * @param next header of the log after it, or {@code null} if it is the last one
     * @return whether the follower may be read: not if the end of this one is gone
     */
    private boolean lookThrough(long number, long from, @Nullable LogHeader next) throws IOException {
        LogExtent extent = next == null ? LogExtent.UNKNOWN : next.previousExtent();
        try (WalReader log = WalReader.open(fileSystem, FileNames.log(number), number, extent)) {
            log.goTo(from);
            while (log.next()) {
                lastSeqNo = Math.max(lastSeqNo, log.lastSeqNo());
                if (log.isCommit()) {
                    commit = new Commit(log.lastSeqNo(), log.setsMetadata() ? log.metadata() : commit.metadata());
                    previousLog = new PreviousLog(number, log.position(), 0);
                }
            }
            logLengths.put(number, log.position());
            return ended(log, number, next);
        }
    }

    /** Says what was lost at the end of a log, if anything; answers whether the follower may be read. */
    private boolean ended(WalReader log, long number, @Nullable LogHeader next) {
        if (!(log.end() instanceof LogEnd.Torn torn)) {
            if (log.isUnused()) {
                unusedLogs.add(number);
            }
            return next != null;
        }
        if (next == null) {
            LOG.info(
                    "{}: {} has a torn tail from offset {} on ({}); what stands there was not committed",
                    fileSystem,
                    FileNames.log(number),
                    torn.position(),
                    torn.why());
        } else {
            LOG.warn(
                    "{}: {} has lost everything from offset {} on, which was never synced ({}); falling back to the "
                            + "last commit before that, and dropping the logs after it",
                    fileSystem,
                    FileNames.log(number),
                    torn.position(),
                    torn.why());
        }
        return false;
    }

    // ---- Manifest

    /**
     * Writes down what the crash made void, if anything, and finds what it left behind; nobody waits for that to be deleted.
     */
    private Version settle(Manifest manifest, TreeFiles files, List<String> names) throws IOException {
        VersionEdit edit = new VersionEdit().nextFileNumber(files.nextNumber());
        boolean anythingVoid = declareVoid(edit, files.nextNumber());
        Version settled = version.apply(edit);
        List<String> unnamed = unnamed(names, settled, manifest.name());
        boolean isNew = manifest.name().isEmpty();
        if (anythingVoid || (isNew && !unnamed.isEmpty())) {
            // Begins a new manifest, synced as a whole.
            manifest.append(edit, settled);
        } else if (!isNew && version.tables().isEmpty() && version.logs().isEmpty()) {
            // A log or a table is created only once the name of the manifest is safe. Without any it need not be, and
            // where there is no manifest yet, LsmTree sees to it.
            files.namesMayBeUnsynced();
        }
        files.leftBehind(unnamed);
        return settled;
    }

    private boolean declareVoid(VersionEdit edit, long firstNewTable) {
        boolean any = false;
        for (Long log : version.logs()) {
            if (!usedLogs.contains(log) && !unusedLogs.contains(log)) {
                edit.logRemoved(log);
                any = true;
            }
        }
        long lastInTables = 0;
        for (TableMeta table : version.tables()) {
            lastInTables = Math.max(lastInTables, table.maxSeqNo());
        }
        if (lastInTables > commit.seqNo()) {
            SeqRanges.Range range = new SeqRanges.Range(commit.seqNo() + 1, lastInTables);
            if (!version.voids().plus(range).equals(version.voids())) {
                edit.voided(range, firstNewTable);
                any = true;
            }
        }
        return any;
    }

    // ---- Files

    private static void requireNamedFiles(List<String> names, Manifest.Loaded loaded) throws IOException {
        Set<String> present = new HashSet<>(names);
        for (String name : named(loaded.version())) {
            if (!present.contains(name)) {
                throw Manifest.missing(name, loaded.name(), new NoSuchFileException(name));
            }
        }
    }

    /**
     * A log gets its first record after the manifest has named it. So one that has records, but a number beyond those that
     * the manifest knows of, shows that the manifest has lost its end.
     */
    private static void requireNoUnnamedLog(FileSystem fileSystem, List<String> names, Version version)
            throws IOException {
        for (String name : names) {
            FileNames.Numbered file = FileNames.parse(name);
            if (file == null || file.kind() != FileNames.Kind.LOG || file.number() < version.nextFileNumber()) {
                continue;
            }
            if (hasRecord(fileSystem, name, file.number())) {
                throw new CorruptFileException(
                        name, 0, "it has records, but the manifest does not name it: the manifest's end is lost");
            }
        }
    }

    private static boolean hasRecord(FileSystem fileSystem, String name, long number) throws IOException {
        try (WalReader log = WalReader.open(fileSystem, name, number)) {
            return log.isFollowing() || log.next();
        } catch (CorruptFileException e) {
            // Cut off while it was being created: its header was not synced, so nobody has written to it.
            return false;
        }
    }

    private static long firstFreeNumber(List<String> names, Version version) {
        long free = version.nextFileNumber();
        for (String name : names) {
            FileNames.Numbered file = FileNames.parse(name);
            if (file != null) {
                free = Math.max(free, file.number() + 1);
            }
        }
        return free;
    }

    /** What a crash left behind: files with our names that nothing names. Others are not ours to delete. */
    private static List<String> unnamed(List<String> names, Version version, String manifest) {
        Set<String> needed = new HashSet<>(named(version));
        needed.add(manifest);
        List<String> unnamed = new ArrayList<>();
        for (String name : names) {
            boolean ours = FileNames.parse(name) != null || name.equals(FileNames.NEXT_CURRENT);
            if (ours && !needed.contains(name)) {
                unnamed.add(name);
            }
        }
        return unnamed;
    }

    /** The tables and logs of a version. */
    private static List<String> named(Version version) {
        List<String> names = new ArrayList<>();
        for (TableMeta table : version.tables()) {
            names.add(FileNames.table(table.number()));
        }
        for (Long log : version.logs()) {
            names.add(FileNames.log(log));
        }
        return names;
    }
}
