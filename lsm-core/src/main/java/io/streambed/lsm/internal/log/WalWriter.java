package io.streambed.lsm.internal.log;

import io.streambed.lsm.bytes.Varint;
import io.streambed.lsm.fs.FileSystem;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes a write-ahead log: what is to be replayed after a crash. Record types and payloads; on disk, never change:
 *
 * <pre>
 * 1 put      varint seqNo | varint key length | key | value
 * 2 delete   varint seqNo | key
 * 3 batch    varint seqNo of the first write | varint number of writes | the writes, as {@link BatchEncoding} has them
 * 4 commit   varint seqNo | varint synced length | 1 | metadata
 * 4 commit   varint seqNo | varint synced length | 0             there is no metadata
 * </pre>
 *
 * Types 1 to 3 with the top bit set are a commit as well, with the metadata there was. A commit makes everything up to its seqNo
 * count. Its synced length says how much of this file was known to be synced when it was written: a reader then knows that what
 * it cannot read before that place is damage and no torn tail (Pebble's log has the same idea).
 *
 * <p>Nothing here allocates for a write. Used by one thread at a time; fails for good after the first failure, as {@link LogWriter}.
 */
public final class WalWriter implements Closeable {
    static final int PUT = 1;
    static final int DELETE = 2;
    static final int BATCH = 3;
    static final int COMMIT = 4;
    static final int COMMITS = 0x80;

    private final LogWriter out;

    private WalWriter(LogWriter out) {
        this.out = out;
    }

    /** Creates a log. Its header is synced; its name is not yet. */
    public static WalWriter create(FileSystem fileSystem, String name, LogHeader header) throws IOException {
        return new WalWriter(LogWriter.create(fileSystem, name, LogKind.WRITE_AHEAD, header));
    }

    /** Appends a put, which is a commit too if {@code commits}. */
    public void put(long seqNo, byte[] key, byte[] value, boolean commits) throws IOException {
        int length = Varint.size(seqNo) + Varint.size(key.length) + key.length + value.length;
        out.begin(commits ? PUT | COMMITS : PUT, length);
        out.putVarint(seqNo);
        out.putVarint(key.length);
        out.put(key, 0, key.length);
        out.put(value, 0, value.length);
        out.end();
    }

    /** Appends a deletion, which is a commit too if {@code commits}. */
    public void delete(long seqNo, byte[] key, boolean commits) throws IOException {
        out.begin(commits ? DELETE | COMMITS : DELETE, Varint.size(seqNo) + key.length);
        out.putVarint(seqNo);
        out.put(key, 0, key.length);
        out.end();
    }

    /** Appends a batch as one record, which is a commit too if {@code commits}. */
    public void batch(long firstSeqNo, BatchEncoding.Writer batch, boolean commits) throws IOException {
        long length = (long) Varint.size(firstSeqNo) + Varint.size(batch.count()) + batch.length();
        out.begin(commits ? BATCH | COMMITS : BATCH, Math.toIntExact(length));
        out.putVarint(firstSeqNo);
        out.putVarint(batch.count());
        out.put(batch.array(), 0, batch.length());
        out.end();
    }

    /** Appends a commit of everything up to {@code seqNo}. */
    public void commit(long seqNo, byte @Nullable [] metadata) throws IOException {
        long synced = out.syncedLength();
        int metadataLength = metadata == null ? 0 : metadata.length;
        out.begin(COMMIT, Varint.size(seqNo) + Varint.size(synced) + 1 + metadataLength);
        out.putVarint(seqNo);
        out.putVarint(synced);
        out.putByte(metadata == null ? 0 : 1);
        if (metadata != null) {
            out.put(metadata, 0, metadataLength);
        }
        out.end();
    }

    /** Hands everything to the operating system. */
    public void flush() throws IOException {
        out.flush();
    }

    /** Makes everything survive a loss of power. */
    public void sync() throws IOException {
        out.sync();
    }

    /** The file's number. */
    public long fileNumber() {
        return out.fileNumber();
    }

    /** Bytes in the log, those not handed over yet included. */
    public long length() {
        return out.length();
    }

    /** Bytes that are known to survive a loss of power. */
    public long syncedLength() {
        return out.syncedLength();
    }

    /** Hands everything over and closes the file. */
    @Override
    public void close() throws IOException {
        out.close();
    }
}
