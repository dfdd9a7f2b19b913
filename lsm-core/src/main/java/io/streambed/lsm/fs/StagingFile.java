package io.streambed.lsm.fs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import org.jspecify.annotations.Nullable;

/**
 * The last bytes of a file that is appended to, in memory that outlives the process: a small file, mapped. To put bytes there is a
 * copy, where handing them to the operating system is a call, which takes some fifty times as long. Little-endian; on disk, never change.
 *
 * <pre>
 *  0       8       16            18     4096                                  69632
 *  | magic | end   | length of   | name | zeros | ring: byte p of the file is   |
 *  |       |       | the name    |      |       | at 4096 + p % 65536           |
 * </pre>
 *
 * {@code end} is where the file ends with what is staged; where it ends without, the file itself says. So what is staged is what lies
 * between the two, and one aligned word changes at once whatever a killed process leaves: bytes are put into the ring first, and then
 * {@code end} is raised; they are appended to the file first, and only then overwritten in the ring. It may happen that a part of them
 * is in the file already, or all.
 *
 * <p>Nothing is ever synced here. After a loss of power {@code end} and ring may be of different moments, and what they add to the
 * file is anything: whoever stages a file must know its own bytes by their checksums, bound to the place where they stand.
 *
 * <p>A mapped page that cannot be written to (a disk that is full or fails, on some file systems) makes the copy end early, with an
 * error that the JVM throws later ({@link MappedReadFile}). So whatever was put is looked at again before it counts.
 *
 * <p>Used by one thread at a time.
 */
final class StagingFile {
    /** Bytes that can be staged at a time. */
    static final int RING_BYTES = 64 << 10;

    private static final int RING_AT = 4 << 10;
    private static final int BYTES = RING_AT + RING_BYTES;

    private static final long MAGIC = 0x3145_4741_5453_4253L; // SBSTAGE1
    private static final int END_AT = 8;
    private static final int NAME_LENGTH_AT = 16;
    private static final int NAME_AT = 18;

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle ARRAY_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final Path path;
    private final Mapping mapping;
    private final ByteBuffer bytes;
    private final byte[] scratch = new byte[Long.BYTES];

    private StagingFile(Path path, Mapping mapping) {
        this.path = path;
        this.mapping = mapping;
        this.bytes = mapping.bytes().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Opens it, or makes it, for a file of which nothing is staged so far.
     *
     * @return {@code null} if this platform does not map files, or this file now; then it is done without
     */
    static @Nullable StagingFile open(Path path, FileAttribute<?>[] mode, String fileName) {
        if (!Mapping.isSupported(BYTES)) {
            return null;
        }
        // Mapping fails on an interrupted thread.
        boolean interrupted = Thread.interrupted();
        try {
            make(path, mode);
            try (FileChannel channel = FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                StagingFile opened = new StagingFile(path, Mapping.forWriting(channel, BYTES));
                try {
                    opened.begin(fileName);
                    return opened;
                } catch (IOException | RuntimeException | Error e) {
                    opened.close();
                    throw e;
                }
            }
        } catch (IOException e) {
            // No reason to fail: the bytes go to the file itself then, which says by itself what is wrong with the
            // disk.
            return null;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Leaves a file of the right length, all of whose blocks have been written: a mapping finds no hole to fill. */
    private static void make(Path path, FileAttribute<?>[] mode) throws IOException {
        try {
            Files.createFile(path, mode);
        } catch (FileAlreadyExistsException e) {
            if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && Files.size(path) == BYTES) {
                return;
            }
            Files.delete(path);
            Files.createFile(path, mode);
        }
        try (FileOutputStream out = new FileOutputStream(path.toFile(), true)) {
            out.write(new byte[BYTES]);
        }
    }

    private void begin(String fileName) throws IOException {
        byte[] name = fileName.getBytes(UTF_8);
        if (name.length > RING_AT - NAME_AT) {
            throw new IOException("file name of " + name.length + " bytes");
        }
        // Whatever it was for, from here on nothing of that is staged.
        setEnd(0);
        bytes.putShort(NAME_LENGTH_AT, (short) name.length);
        put(NAME_AT, name, 0, name.length);
        LONG.setRelease(bytes, 0, MAGIC);
    }

    /**
     * Stages bytes of the file, and with them the file ends at {@code position + count}. No more than {@link #RING_BYTES} of it, these
     * included, may be without a place in the file itself.
     */
    void put(long position, byte[] source, int offset, int count) throws IOException {
        int at = (int) (position % RING_BYTES);
        int first = Math.min(count, RING_BYTES - at);
        put(RING_AT + at, source, offset, first);
        put(RING_AT, source, offset + first, count - first);
        setEnd(position + count);
    }

    /** Copies out {@code target.length} bytes of the file from {@code position} on. */
    void copy(long position, byte[] target) throws IOException {
        int at = (int) (position % RING_BYTES);
        int first = Math.min(target.length, RING_BYTES - at);
        try {
            mapping.read(RING_AT + at, target, 0, first);
            mapping.read(RING_AT, target, first, target.length - first);
        } catch (InternalError e) {
            throw new IOException(
                    "reading " + path + " through its mapping failed: the disk failed, or the file was truncated", e);
        }
    }

    void close() {
        mapping.unmap();
    }

    private void setEnd(long end) throws IOException {
        try {
            LONG.setRelease(bytes, END_AT, end);
            if (!endsWith(END_AT + Long.BYTES, end, Long.BYTES)) {
                throw notTaken();
            }
        } catch (InternalError e) {
            throw failed(e);
        }
    }

    private void put(int at, byte[] source, int offset, int count) throws IOException {
        try {
            bytes.put(at, source, offset, count);
            // A copy that was ended early lacks its last bytes.
            long last = 0;
            int some = Math.min(count, Long.BYTES);
            for (int i = offset + count - some; i < offset + count; i++) {
                last = last >>> 8 | (long) source[i] << 56;
            }
            if (some > 0 && !endsWith(at + count, last, some)) {
                throw notTaken();
            }
        } catch (InternalError e) {
            throw failed(e);
        }
    }

    /** Whether the last {@code count} bytes before {@code at} are those of the word. */
    private boolean endsWith(int at, long word, int count) {
        mapping.read(at - Long.BYTES, scratch, 0, Long.BYTES);
        int others = Long.SIZE - Byte.SIZE * count;
        return ((long) ARRAY_LONG.get(scratch, 0) ^ word) >>> others == 0;
    }

    private IOException notTaken() {
        Mapping.awaitFault();
        return new IOException("writing " + path + " through its mapping had no effect");
    }

    private IOException failed(InternalError fault) {
        return new IOException(
                "writing " + path
                        + " through its mapping failed: the disk is full or failed, or the file was truncated",
                fault);
    }

    /**
     * Appends to the file that was staged what is missing there, and deletes the staging file. To be called before anybody reads that
     * file, by the next process; harmless if nothing was staged.
     */
    static void complete(Path directory, Path path) throws IOException {
        byte[] staged;
        try (ReadFile file = new DiskReadFile(path)) {
            staged = new byte[(int) Math.min(file.length(), BYTES)];
            file.readFully(0, staged, 0, staged.length);
        } catch (NoSuchFileException e) {
            return;
        }
        if (staged.length == BYTES) {
            complete(directory, staged);
        }
        // Or a later file that gets the same name would be completed by it.
        Files.delete(path);
    }

    private static void complete(Path directory, byte[] staged) throws IOException {
        ByteBuffer head = ByteBuffer.wrap(staged).order(ByteOrder.LITTLE_ENDIAN);
        int nameLength = head.getShort(NAME_LENGTH_AT);
        if (head.getLong(0) != MAGIC || nameLength <= 0 || nameLength > RING_AT - NAME_AT) {
            return;
        }
        String name = new String(staged, NAME_AT, nameLength, UTF_8);
        if (!ValidName.isValid(name)) {
            return;
        }
        Path path = directory.resolve(name);
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        long length = Files.size(path);
        long missing = head.getLong(END_AT) - length;
        if (missing <= 0 || missing > RING_BYTES) {
            return;
        }
        try (FileOutputStream out = new FileOutputStream(path.toFile(), true)) {
            int at = (int) (length % RING_BYTES);
            int first = (int) Math.min(missing, RING_BYTES - at);
            out.write(staged, RING_AT + at, first);
            out.write(staged, RING_AT, (int) missing - first);
        }
    }
}
