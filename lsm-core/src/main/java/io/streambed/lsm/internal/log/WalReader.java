package io.streambed.lsm.internal.log;

import io.streambed.lsm.bytes.ByteReader;
import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.FileSystem;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads a write-ahead log record by record. The format is drawn at {@link WalWriter}. Used by one thread at a time. */
public final class WalReader implements Closeable {
    /** Takes the writes of a record, in order. Slices are good during the call. */
    public interface Target {
        /** A put. */
        void put(long seqNo, Slice key, Slice value);

        /** A deletion. */
        void delete(long seqNo, Slice key);
    }

    private final LogReader in;
    private final Slice key = new Slice();
    private final Slice value = new Slice();

    private int type;
    private long firstSeqNo;
    private long lastSeqNo;
    private boolean commits;
    private byte @Nullable [] metadata;

    private WalReader(LogReader in) {
        this.in = in;
    }

    /** Opens a log. */
    public static WalReader open(FileSystem fileSystem, String name, long fileNumber) throws IOException {
        return new WalReader(
                LogReader.open(fileSystem, name, fileNumber, LogKind.WRITE_AHEAD, WalReader::provesSynced));
    }

    /** What the log's header says. */
    public LogHeader header() {
        return in.header();
    }

    /**
     * Goes to the next record.
     *
     * @return whether there is one; {@code false} at the end of the log and before a torn tail
     * @throws CorruptFileException if the next bytes cannot be read though they are known to have been synced, or make no sense
     *     though their checksum is right
     */
    public boolean next() throws IOException {
        if (!in.next()) {
            return false;
        }
        try {
            decode();
            return true;
        } catch (MalformedBytesException e) {
            throw new CorruptFileException(in.name(), in.recordPosition(), e);
        }
    }

    /** Whether reading stopped before the end of the file. */
    public boolean isTorn() {
        return in.isTorn();
    }

    /** What could not be read, if {@link #isTorn()}. */
    public String tornBecause() {
        return in.tornBecause();
    }

    /** Offset behind the last record read. */
    public long position() {
        return in.position();
    }

    /** The greatest sequence number that the record gives or commits. */
    public long lastSeqNo() {
        return lastSeqNo;
    }

    /** Whether the record is a commit of everything up to {@link #lastSeqNo()}. */
    public boolean isCommit() {
        return commits;
    }

    /** Whether the record is nothing but a commit, and {@link #metadata()} counts. */
    public boolean isCommitOnly() {
        return type == WalWriter.COMMIT;
    }

    /** Metadata of a record that {@link #isCommitOnly()}; {@code null} if there is none. */
    public byte @Nullable [] metadata() {
        return metadata;
    }

    /** Gives the record's writes to {@code target}; none if it {@link #isCommitOnly()}. */
    public void applyTo(Target target) throws IOException {
        try {
            switch (type) {
                case WalWriter.PUT -> target.put(firstSeqNo, key, value);
                case WalWriter.DELETE -> target.delete(firstSeqNo, key);
                case WalWriter.BATCH -> applyBatch(target);
                default -> {}
            }
        } catch (MalformedBytesException e) {
            throw new CorruptFileException(in.name(), in.recordPosition(), e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private void applyBatch(Target target) throws MalformedBytesException {
        BatchEncoding.Reader operations = new BatchEncoding.Reader(value.array(), value.offset(), value.length());
        long seqNo = firstSeqNo;
        while (operations.next()) {
            if (operations.isDelete()) {
                target.delete(seqNo, operations.key());
            } else {
                target.put(seqNo, operations.key(), operations.value());
            }
            seqNo++;
        }
        if (seqNo - 1 != lastSeqNo) {
            throw new MalformedBytesException(
                    "batch of " + (seqNo - firstSeqNo) + " writes says that it has " + (lastSeqNo - firstSeqNo + 1));
        }
    }

    private void decode() throws MalformedBytesException {
        byte[] payload = in.payload();
        ByteReader fields = new ByteReader(payload, in.payloadOffset(), in.payloadLength());
        type = in.type() & ~WalWriter.COMMITS;
        commits = in.type() != type || type == WalWriter.COMMIT;
        metadata = null;
        firstSeqNo = fields.readVarLong();
        lastSeqNo = firstSeqNo;
        switch (type) {
            case WalWriter.PUT -> {
                int keyLength = fields.readVarInt();
                key.set(payload, fields.skip(keyLength), keyLength);
                rest(fields, value);
            }
            case WalWriter.DELETE -> rest(fields, key);
            case WalWriter.BATCH -> {
                int count = fields.readVarInt();
                if (count == 0) {
                    throw new MalformedBytesException("batch without writes");
                }
                lastSeqNo = firstSeqNo + count - 1;
                rest(fields, value);
            }
            case WalWriter.COMMIT -> {
                fields.readVarLong();
                if (fields.readByte() != 0) {
                    rest(fields, value);
                    metadata = value.toByteArray();
                }
            }
            default ->
                throw new MalformedBytesException(
                        "unknown record type " + in.type() + ": written by a later release of this library");
        }
    }

    private void rest(ByteReader fields, Slice slice) throws MalformedBytesException {
        int length = fields.remaining();
        slice.set(in.payload(), fields.skip(length), length);
    }

    private static boolean provesSynced(LogReader record, long badPosition) {
        if (record.type() != WalWriter.COMMIT) {
            return false;
        }
        try {
            ByteReader fields = new ByteReader(record.payload(), record.payloadOffset(), record.payloadLength());
            fields.readVarLong();
            return fields.readVarLong() > badPosition;
        } catch (MalformedBytesException e) {
            return false;
        }
    }
}
