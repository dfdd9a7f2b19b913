package io.streambed.lsm.internal.log;

import io.streambed.lsm.bytes.ByteReader;
import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.UnsupportedFormatException;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a write-ahead log record by record, for replay. The format is drawn at {@link WalFormat}; torn tails and damage are told
 * apart as {@link LogReader} says. Used by one thread at a time.
 */
public final class WalReader implements Closeable {
    /** Takes the operations of a record, in order. The slices are good during the call. */
    public interface Target {
        /** A put. */
        void put(long seqNo, Slice key, Slice value) throws IOException;

        /** A deletion. */
        void delete(long seqNo, Slice key) throws IOException;
    }

    private final LogReader log;
    private final LogHeader header;

    /** Created ahead, and its first record is not there. */
    private final boolean isUnused;

    private final Slice key = new Slice();
    private final Slice value = new Slice();
    private final BatchEncoding.Reader operations = new BatchEncoding.Reader();

    private int type;
    private boolean commits;
    private long firstSeqNo;
    private long lastSeqNo;
    private int metadataChange;

    private WalReader(LogReader log) throws IOException {
        this.log = log;
        LogHeader found = log.header();
        this.isUnused = found.isAhead() && !log.next();
        this.header = found.isAhead() && !isUnused ? following(found) : found;
    }

    /** Opens a log of which nothing is known but what it says itself; as {@link LogReader#open}. */
    public static WalReader open(FileSystem fileSystem, String name, long number) throws IOException {
        return open(fileSystem, name, number, LogExtent.UNKNOWN);
    }

    /** Opens a log of which more is known. */
    public static WalReader open(FileSystem fileSystem, String name, long number, LogExtent extent) throws IOException {
        LogReader log = LogReader.open(fileSystem, name, number, LogKind.WRITE_AHEAD, extent);
        try {
            return new WalReader(log);
        } catch (IOException | RuntimeException | Error e) {
            try (log) {
                throw e;
            }
        }
    }

    /** What the log's header says, with what its first record adds to that. Without that record, nothing of the log before is known. */
    public LogHeader header() {
        return header;
    }

    /** Whether the log was created ahead and has no record that can be read: nothing was written to it, or all of that was lost. */
    public boolean isUnused() {
        return isUnused;
    }

    /** Whether the log has a record that says which log it continues, so that somebody has begun to write to it. */
    public boolean isFollowing() {
        return log.header().isAhead() && !isUnused;
    }

    /**
     * Goes to the next record.
     *
     * @return whether there is one; if not, {@link #end} tells why
     * @throws CorruptFileException if the next bytes cannot be read although they had been synced, or make no sense although
     *     their checksum is right
     * @throws UnsupportedFormatException if the record is of a kind that this release does not know
     */
    public boolean next() throws IOException {
        if (!log.next()) {
            return false;
        }
        try {
            decode();
        } catch (MalformedBytesException e) {
            throw new CorruptFileException(log.name(), log.recordPosition(), e);
        }
        return true;
    }

    /**
     * Goes to a place behind this one where a record begins: the next one is the one there. Nothing between the two is looked at.
     *
     * @return whether the log is that long; if not, it stays where it is
     */
    public boolean goTo(long position) {
        return log.goTo(position);
    }

    /** How the log ended; to be asked when {@link #next} has said that it did. */
    public LogEnd end() {
        return log.end();
    }

    /** Offset behind the last record read. */
    public long position() {
        return log.position();
    }

    /** Sequence number of the record's last operation, or that up to which it commits. */
    public long lastSeqNo() {
        return lastSeqNo;
    }

    /** Whether the record is a commit of everything up to {@link #lastSeqNo}. */
    public boolean isCommit() {
        return commits;
    }

    /** Whether the record is a commit that says what the metadata is from here on, which may be none. */
    public boolean setsMetadata() {
        return type == WalFormat.COMMIT && metadataChange != WalFormat.METADATA_UNCHANGED;
    }

    /** A copy of the metadata, if the record {@link #setsMetadata}; null if it says that there is none. */
    public byte @Nullable [] metadata() {
        return type == WalFormat.COMMIT && metadataChange == WalFormat.METADATA_FOLLOWS ? value.toByteArray() : null;
    }

    /** Gives the record's operations to {@code target}; a mere commit has none. */
    public void applyTo(Target target) throws IOException {
        switch (type) {
            case WalFormat.PUT -> target.put(firstSeqNo, key, value);
            case WalFormat.DELETE -> target.delete(firstSeqNo, key);
            case WalFormat.BATCH -> applyBatchTo(target);
            default -> {} // a commit
        }
    }

    @Override
    public void close() throws IOException {
        log.close();
    }

    private void applyBatchTo(Target target) throws IOException {
        operations.set(value.array(), value.offset(), value.length());
        for (long seqNo = firstSeqNo; operations.next(); seqNo++) {
            if (operations.isDelete()) {
                target.delete(seqNo, operations.key());
            } else {
                target.put(seqNo, operations.key(), operations.value());
            }
        }
    }

    private LogHeader following(LogHeader ahead) throws IOException {
        if (log.type() != WalFormat.FOLLOW) {
            throw new CorruptFileException(
                    log.name(),
                    log.recordPosition(),
                    "first record: expected type " + WalFormat.FOLLOW + ", found " + log.type());
        }
        try {
            ByteReader in = new ByteReader(log.payload(), log.payloadOffset(), log.payloadLength());
            LogHeader following = ahead.following(in.readVarLong(), in.readVarLong());
            in.requireEnd();
            return following;
        } catch (MalformedBytesException e) {
            throw new CorruptFileException(log.name(), log.recordPosition(), e);
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(log.name(), log.recordPosition(), new IOException(e.getMessage(), e));
        }
    }

    private void decode() throws IOException {
        ByteReader in = new ByteReader(log.payload(), log.payloadOffset(), log.payloadLength());
        commits = (log.type() & WalFormat.COMMITS) != 0;
        type = log.type() & ~WalFormat.COMMITS;
        switch (type) {
            case WalFormat.PUT -> {
                readSeqNo(in);
                int keyLength = in.readVarInt();
                take(key, in, 0, keyLength, BatchEncoding.MAX_KEY_BYTES, "key");
                take(value, in, keyLength, in.remaining() - keyLength, BatchEncoding.MAX_VALUE_BYTES, "value");
            }
            case WalFormat.DELETE -> {
                readSeqNo(in);
                take(key, in, 0, in.remaining(), BatchEncoding.MAX_KEY_BYTES, "key");
            }
            case WalFormat.BATCH -> decodeBatch(in);
            case WalFormat.COMMIT -> decodeCommit(in);
            default -> throw unknown("record type " + log.type());
        }
    }

    /** Goes through the whole batch here already, so that one which makes no sense is refused before any of it is applied. */
    private void decodeBatch(ByteReader in) throws MalformedBytesException {
        readSeqNo(in);
        int count = in.readVarInt();
        lastSeqNo = firstSeqNo + count - 1;
        if (count == 0 || lastSeqNo < 0) {
            throw new MalformedBytesException("batch of " + count + " operations from sequence number " + firstSeqNo);
        }
        take(value, in, 0, in.remaining(), Integer.MAX_VALUE, "batch");
        operations.set(value.array(), value.offset(), value.length());
        int found = 0;
        while (operations.next()) {
            found++;
        }
        if (found != count) {
            throw new MalformedBytesException("operations in a batch: expected " + count + ", found " + found);
        }
    }

    private void decodeCommit(ByteReader in) throws IOException {
        if (commits) {
            throw unknown("record type " + log.type());
        }
        commits = true;
        readSeqNo(in);
        metadataChange = in.readByte();
        switch (metadataChange) {
            case WalFormat.METADATA_UNCHANGED, WalFormat.METADATA_NONE -> in.requireEnd();
            case WalFormat.METADATA_FOLLOWS -> take(value, in, 0, in.remaining(), Integer.MAX_VALUE, "metadata");
            default -> throw unknown("commit with metadata of kind " + metadataChange);
        }
    }

    private void readSeqNo(ByteReader in) throws MalformedBytesException {
        firstSeqNo = in.readVarLong();
        lastSeqNo = firstSeqNo;
        if (firstSeqNo < 0) {
            throw new MalformedBytesException("sequence number beyond 63 bits");
        }
    }

    /** Points {@code slice} at {@code length} bytes, from {@code skip} bytes after the place where {@code in} stands. */
    private void take(Slice slice, ByteReader in, int skip, int length, int max, String what)
            throws MalformedBytesException {
        if (length < 0 || length > max || length > in.remaining() - skip) {
            throw new MalformedBytesException("length of a " + what + ": expected at most "
                    + Math.min(max, in.remaining() - skip) + ", found " + length);
        }
        slice.set(log.payload(), in.position() + skip, length);
    }

    private UnsupportedFormatException unknown(String what) {
        return new UnsupportedFormatException(
                log.name(), what + " at offset " + log.recordPosition() + " is not known to this release");
    }
}
