package io.streambed.lsm.internal.log;

import io.streambed.lsm.bytes.ByteWriter;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.bytes.Varint;
import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.FileSystem;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes a write-ahead log, by the format drawn at {@link WalFormat}.
 *
 * <p>Nothing here allocates for a write, except for one too long for the log's buffer. Records stay in the buffer until {@link
 * #flush} or {@link #sync}; failures are final, as {@link LogWriter} says. Used by one thread at a time.
 */
public final class WalWriter implements Closeable {
    private final LogWriter log;

    WalWriter(LogWriter log) {
        this.log = log;
    }

    /** Creates a log. Its header is synced; its name in the directory is not yet. */
    public static WalWriter create(FileSystem fileSystem, String name, LogHeader header) throws IOException {
        return create(fileSystem, name, header, LogWriter.DEFAULT_BUFFER_BYTES);
    }

    /** As the other, with buffers that are shared, and small commits staged in a file of that name ({@link FileSystem#createStaged}). */
    public static WalWriter create(
            FileSystem fileSystem, String name, String stagingName, LogHeader header, LogBuffers buffers)
            throws IOException {
        AppendFile file = fileSystem.createStaged(name, stagingName);
        return new WalWriter(LogWriter.create(file, name, LogKind.WRITE_AHEAD, header, buffers));
    }

    /**
     * Creates a log before it is known how long the one before it becomes: {@link #follow} must be called before the first write. Its header
     * is synced; its name in the directory is not yet.
     */
    public static WalWriter createAhead(
            FileSystem fileSystem, String name, String stagingName, long number, long previousLog, LogBuffers buffers)
            throws IOException {
        return create(fileSystem, name, stagingName, LogHeader.ahead(number, previousLog), buffers);
    }

    /**
     * As {@link #createAhead}, in the file of a log that is not needed any more, which has been given that name. Its records are none in the
     * new log, as their checksums are bound to the number of the old one. Not for a log that is to be synced ({@link LogHeader}).
     */
    public static WalWriter recycleAhead(
            FileSystem fileSystem, String name, String stagingName, long number, long previousLog, LogBuffers buffers)
            throws IOException {
        AppendFile file = fileSystem.overwriteStaged(name, stagingName);
        LogHeader header = LogHeader.recycled(number, previousLog);
        return new WalWriter(LogWriter.create(file, name, LogKind.WRITE_AHEAD, header, buffers));
    }

    /** As the others, with a buffer of that many bytes. */
    public static WalWriter create(FileSystem fileSystem, String name, LogHeader header, int bufferBytes)
            throws IOException {
        return new WalWriter(LogWriter.create(fileSystem, name, LogKind.WRITE_AHEAD, header, bufferBytes));
    }

    /**
     * Says what the header of a log that was created ahead could not; see {@link LogHeader#previousLength} and {@link
     * LogHeader#previousSynced}.
     */
    public void follow(long previousLength, long previousSynced) throws IOException {
        log.begin(WalFormat.FOLLOW, Varint.size(previousLength) + Varint.size(previousSynced));
        log.putVarint(previousLength);
        log.putVarint(previousSynced);
        log.end();
    }

    /**
     * Appends a put.
     *
     * @param commits whether it is its own commit
     * @throws IllegalArgumentException if key or value is too long
     */
    public void put(long seqNo, byte[] key, byte[] value, boolean commits) throws IOException {
        BatchEncoding.checkKey(key.length);
        BatchEncoding.checkValue(value.length);
        int type = commits ? WalFormat.PUT | WalFormat.COMMITS : WalFormat.PUT;
        int length = Varint.size(seqNo) + Varint.size(key.length) + key.length + value.length;
        if (!log.fits(length)) {
            ByteWriter head = new ByteWriter(2 * Varint.MAX_LONG_BYTES);
            head.writeVarint(seqNo).writeVarint(key.length);
            log.appendThrough(type, written(head), Slice.of(key), Slice.of(value));
            return;
        }
        log.begin(type, length);
        log.putVarint(seqNo);
        log.putVarint(key.length);
        log.put(key, 0, key.length);
        log.put(value, 0, value.length);
        log.end();
    }

    /**
     * Appends a deletion.
     *
     * @param commits whether it is its own commit
     * @throws IllegalArgumentException if the key is too long
     */
    public void delete(long seqNo, byte[] key, boolean commits) throws IOException {
        BatchEncoding.checkKey(key.length);
        int type = commits ? WalFormat.DELETE | WalFormat.COMMITS : WalFormat.DELETE;
        int length = Varint.size(seqNo) + key.length;
        if (!log.fits(length)) {
            ByteWriter head = new ByteWriter(Varint.MAX_LONG_BYTES);
            head.writeVarint(seqNo);
            log.appendThrough(type, written(head), Slice.of(key));
            return;
        }
        log.begin(type, length);
        log.putVarint(seqNo);
        log.put(key, 0, key.length);
        log.end();
    }

    /**
     * Appends a batch as one record: after a crash all of it is there, or none.
     *
     * @param firstSeqNo sequence number of the first operation; the others have the next ones
     * @param batch at least one operation
     * @param commits whether it is its own commit
     */
    public void batch(long firstSeqNo, BatchEncoding.Writer batch, boolean commits) throws IOException {
        if (batch.count() == 0) {
            throw new IllegalArgumentException("batch without operations");
        }
        int type = commits ? WalFormat.BATCH | WalFormat.COMMITS : WalFormat.BATCH;
        long length = (long) Varint.size(firstSeqNo) + Varint.size(batch.count()) + batch.length();
        if (length > Integer.MAX_VALUE || !log.fits((int) length)) {
            ByteWriter head = new ByteWriter(2 * Varint.MAX_LONG_BYTES);
            head.writeVarint(firstSeqNo).writeVarint(batch.count());
            log.appendThrough(type, written(head), Slice.of(batch.array(), 0, batch.length()));
            return;
        }
        log.begin(type, (int) length);
        log.putVarint(firstSeqNo);
        log.putVarint(batch.count());
        log.put(batch.array(), 0, batch.length());
        log.end();
    }

    /** Appends a commit of everything up to {@code seqNo}; the metadata stays what it was. */
    public void commit(long seqNo) throws IOException {
        commit(seqNo, WalFormat.METADATA_UNCHANGED, new byte[0]);
    }

    /**
     * Appends a commit of everything up to {@code seqNo}.
     *
     * @param metadata the metadata from here on; null for none
     */
    public void commit(long seqNo, byte @Nullable [] metadata) throws IOException {
        if (metadata == null) {
            commit(seqNo, WalFormat.METADATA_NONE, new byte[0]);
        } else {
            commit(seqNo, WalFormat.METADATA_FOLLOWS, metadata);
        }
    }

    private void commit(long seqNo, int change, byte[] metadata) throws IOException {
        long length = Varint.size(seqNo) + 1L + metadata.length;
        if (length > Integer.MAX_VALUE || !log.fits((int) length)) {
            ByteWriter head = new ByteWriter(Varint.MAX_LONG_BYTES + 1);
            head.writeVarint(seqNo).writeByte(change);
            log.appendThrough(WalFormat.COMMIT, written(head), Slice.of(metadata));
            return;
        }
        log.begin(WalFormat.COMMIT, (int) length);
        log.putVarint(seqNo);
        log.putByte(change);
        log.put(metadata, 0, metadata.length);
        log.end();
    }

    /** Hands everything to the operating system: it then survives the end of the process. */
    public void flush() throws IOException {
        log.flush();
    }

    /** Has the file end with the log, if it was recycled and that is possible: it takes no more room on disk than it needs then. */
    public void cutOff() {
        log.cutOff();
    }

    /** Makes everything survive a loss of power. */
    public void sync() throws IOException {
        log.sync();
    }

    /** Memory of the buffer that is held now. */
    public int bufferBytes() {
        return log.bufferBytes();
    }

    /** The file's number. */
    public long fileNumber() {
        return log.fileNumber();
    }

    /** Bytes in the log, those in the buffer included. */
    public long length() {
        return log.length();
    }

    /** Bytes that are known to survive a loss of power. */
    public long syncedLength() {
        return log.syncedLength();
    }

    /** Hands everything over, unless the log has failed, and closes the file. Closing twice is harmless. */
    @Override
    public void close() throws IOException {
        log.close();
    }

    private static Slice written(ByteWriter head) {
        return Slice.of(head.array(), 0, head.length());
    }
}
