package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.ReadFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of one table, opened when it is needed and closed when others need the handle more. Safe for use by any number of
 * threads; a read takes no lock and no pin.
 *
 * <p>Why that is safe: the file does not change, so a read that finds its handle closed may open another one and read again.
 * Such a read uses a handle of its own, for that once: it cannot lose it to the next thread that is short of one.
 *
 * <p>Invariant: whoever takes the handle out of {@link #handle} closes it and gives it back to the count, and nobody else
 * does. After {@link #retire()} none is put in any more.
 */
final class TableFile implements SecondChance.Holder {
    private static final Logger LOG = LoggerFactory.getLogger(TableFile.class);

    private final FileSystem fileSystem;
    private final String name;
    private final long number;
    private final SecondChance<TableFile> openFiles;
    private final AtomicReference<@Nullable ReadFile> handle = new AtomicReference<>();
    private volatile boolean retired;

    /** Read since somebody last asked. Written without order: to lose it does no harm. */
    private boolean used;

    TableFile(FileSystem fileSystem, String name, long number, SecondChance<TableFile> openFiles) {
        this.fileSystem = fileSystem;
        this.name = name;
        this.number = number;
        this.openFiles = openFiles;
    }

    String name() {
        return name;
    }

    long number() {
        return number;
    }

    /** Length of the file, which does not change. */
    long length() throws IOException {
        return handle().length();
    }

    /** Whether a read is no more than a copy. */
    boolean isMapped() throws IOException {
        return handle().isMapped();
    }

    void readFully(long position, byte[] target, int offset, int length) throws IOException {
        try {
            ReadFile current = handle();
            used = true;
            try {
                current.readFully(position, target, offset, length);
            } catch (ClosedChannelException lost) {
                try (ReadFile own = fileSystem.openForRandomReads(name)) {
                    own.readFully(position, target, offset, length);
                }
            }
        } catch (EOFException e) {
            throw endsEarly(position, length);
        }
    }

    private CorruptFileException endsEarly(long position, int length) {
        return new CorruptFileException(name, position, "file ends before " + length + " bytes from here on");
    }

    /**
     * A handle for one reader that goes through the file, a good piece at a time, and closes it. Not the shared one: the pages of a mapping
     * that nobody has touched come in by one fault after another, which takes several times as long as reading them into memory.
     */
    ReadFile openToGoThrough() throws IOException {
        requireInUse();
        return fileSystem.open(name);
    }

    /** Reads by a handle of {@link #openToGoThrough}. */
    void readFully(ReadFile own, long position, byte[] target, int offset, int length) throws IOException {
        try {
            own.readFully(position, target, offset, length);
        } catch (EOFException e) {
            throw endsEarly(position, length);
        }
    }

    /**
     * Reads a block to be kept: checked against its trailer, decompressed, in an array of its own that has a trailer's bytes
     * behind it.
     */
    byte[] readBlock(long position, int length) throws IOException {
        byte[] stored = new byte[withTrailer(position, length)];
        readFully(position, stored, 0, stored.length);
        BlockTrailer.check(stored, 0, length, name, number, position);
        byte tag = BlockTrailer.codec(stored, 0, length);
        try {
            byte[] block = stored;
            if (tag != BlockCodec.NONE.tag()) {
                BlockScratch exact = new BlockScratch();
                exact.decompress(codec(tag), stored, 0, length);
                block = exact.block();
            }
            return block;
        } catch (MalformedBytesException e) {
            throw new CorruptFileException(name, position, e);
        }
    }

    /** Length of a block with its trailer, if that fits into an array. */
    int withTrailer(long position, int length) throws CorruptFileException {
        if (length > Integer.MAX_VALUE - 64) {
            throw new CorruptFileException(name, position, "block of " + length + " bytes");
        }
        return length + BlockTrailer.BYTES;
    }

    /** The codec of a tag; its absence is told with the file's name. */
    BlockCodec codec(byte tag) throws IOException {
        try {
            return BlockCodec.of(tag);
        } catch (IllegalStateException absent) {
            throw new IOException("table " + name + ": " + absent.getMessage(), absent);
        }
    }

    /** Closes the file for good. */
    void retire() {
        synchronized (this) {
            retired = true;
        }
        openFiles.forget(this);
        giveUp();
    }

    /** Fails if the table was given up for good. */
    void requireInUse() throws TableRetiredException {
        if (retired) {
            throw new TableRetiredException(name);
        }
    }

    @Override
    public boolean isRetired() {
        return retired;
    }

    @Override
    public boolean wasUsed() {
        boolean was = used;
        used = false;
        return was;
    }

    /** Closes the handle if there is one; the next read opens another. */
    @Override
    public void giveUp() {
        ReadFile taken = handle.getAndSet(null);
        if (taken == null) {
            return;
        }
        try {
            taken.close();
        } catch (IOException e) {
            // Nothing was written through it. Whoever makes room here reads another file, and should not fail for this
            // one.
            LOG.warn("closing table {} after reading failed", name, e);
        } finally {
            openFiles.released(1);
        }
    }

    private ReadFile handle() throws IOException {
        ReadFile current = handle.get();
        return current != null ? current : open();
    }

    private ReadFile open() throws IOException {
        ReadFile opened;
        synchronized (this) {
            ReadFile current = handle.get();
            if (current != null) {
                return current;
            }
            requireInUse();
            openFiles.reserve(1);
            try {
                opened = fileSystem.openForRandomReads(name);
            } catch (IOException | RuntimeException | Error e) {
                openFiles.released(1);
                throw e;
            }
            handle.set(opened);
        }
        openFiles.add(this);
        return opened;
    }
}
