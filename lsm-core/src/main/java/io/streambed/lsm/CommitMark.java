package io.streambed.lsm;

import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.Note;
import io.streambed.lsm.internal.log.WalReader;
import io.streambed.lsm.internal.version.FileNames;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where in the logs a commit stands, noted so that the next opening looks for the last commit from there on and not from their beginning
 * ({@link Note}). What is before that place was handed over by this machine since it was started, so it is there, unless a disk
 * has lost it without a word; then {@link LogReplay} finds that.
 *
 * <p>A mark that is old costs the next opening time and nothing else: what was committed since is behind it. So it is not written with each
 * commit, and one that cannot be written is done without. To write one takes 7 µs, and several times that for as long as the code is not
 * compiled, where a commit takes 30: of commits that follow one another closely most do without.
 *
 * <pre>
 *  0     8          16
 *  | log | position |      big-endian
 *
 *  log        number of the log
 *  position   offset in it of the commit's record
 * </pre>
 *
 * <p>Used under the writer's lock.
 */
final class CommitMark implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(CommitMark.class);

    /** So much of the log lies between two marks, at least: to look at less takes no time. */
    private static final int STEP_BYTES = 64 << 10;

    /** And so much time. */
    static final long STEP_NANOS = 500_000_000;

    /** A place in a log. */
    record Place(long log, long position) {}

    private final FileSystem fileSystem;
    private @Nullable Place last;
    private @Nullable Place written;
    private long writtenNanos;
    private @Nullable Note note;

    /** No note is kept here, or none can be written any more. */
    private boolean unavailable;

    CommitMark(FileSystem fileSystem) {
        this.fileSystem = fileSystem;
    }

    /** The record of a commit stands at {@code position}, and was handed over with all before it, now. */
    void committed(long log, long position, long nanos) {
        Place place = new Place(log, position);
        last = place;
        Place before = written;
        boolean isFar = before == null || before.log() != log || position - before.position() >= STEP_BYTES;
        if (isFar && (before == null || nanos - writtenNanos >= STEP_NANOS)) {
            writtenNanos = nanos;
            write(place);
        }
    }

    /** No further commit comes, and the log has been handed over. */
    void ended() {
        if (last != null && !last.equals(written)) {
            write(last);
        }
    }

    private void write(Place place) {
        if (unavailable) {
            return;
        }
        try {
            Note open = note;
            if (open == null) {
                open = fileSystem.openNote(FileNames.MARK);
                note = open;
            }
            if (open == null) {
                unavailable = true;
                return;
            }
            open.write(ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(place.log())
                    .putLong(place.position())
                    .array());
            written = place;
        } catch (IOException e) {
            unavailable = true;
            LOG.warn(
                    "{}: cannot note where the last commit is; the next opening looks for it in all logs",
                    fileSystem,
                    e);
        }
    }

    @Override
    public void close() throws IOException {
        unavailable = true;
        if (note != null) {
            note.close();
        }
    }

    /** What was marked last in one of these logs; {@code null} if nothing was, or what stands there is not a commit. */
    static @Nullable Place find(FileSystem fileSystem, List<Long> logs) throws IOException {
        if (logs.isEmpty()) {
            return null;
        }
        byte[] note = fileSystem.noted(FileNames.MARK);
        if (note == null || note.length != 2 * Long.BYTES) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(note);
        Place place = new Place(in.getLong(), in.getLong());
        return logs.contains(place.log()) && isCommit(fileSystem, place) ? place : null;
    }

    private static boolean isCommit(FileSystem fileSystem, Place place) throws IOException {
        try (WalReader log = WalReader.open(fileSystem, FileNames.log(place.log()), place.log())) {
            // With its metadata, or one would have to know what those were before.
            return log.goTo(place.position()) && log.next() && log.setsMetadata();
        } catch (CorruptFileException e) {
            // Whoever looks at the whole log says what that is.
            return false;
        }
    }

    /** From here on the next opening looks at all logs. */
    static void forget(FileSystem fileSystem) throws IOException {
        fileSystem.note(FileNames.MARK, new byte[0]);
    }
}
