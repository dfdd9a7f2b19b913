package io.streambed.lsm.fs;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Note} in a file. Little-endian.
 *
 * <pre>
 *  0       8      44       48
 *  | magic | boot | length | bytes | checksum 4 |
 *
 *  boot       what the kernel calls the time since the machine was started: 36 characters
 *  checksum   of all before it
 * </pre>
 *
 * <p>Written over the last one by one call, which the end of the process does not cut in two, and never synced. What an older, longer
 * note leaves behind the checksum means nothing.
 */
final class NoteFile implements Note {
    /** Longest note, in bytes: all of it lies in one page. */
    static final int MAX_BYTES = 1 << 10;

    private static final long MAGIC = 0x3145_544f_4e4d_5453L; // STMNOTE1
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int BOOT_AT = 8;
    private static final int BOOT_BYTES = 36;
    private static final int LENGTH_AT = BOOT_AT + BOOT_BYTES;
    private static final int BYTES_AT = LENGTH_AT + Integer.BYTES;

    private final RandomAccessFile file;
    private final byte[] boot;

    private NoteFile(RandomAccessFile file, String boot) {
        this.file = file;
        this.boot = boot.getBytes(StandardCharsets.US_ASCII);
    }

    /** What the kernel calls the time since the machine was started; {@code null} where it has no name for it. */
    static @Nullable String boot() {
        try {
            String boot = Files.readString(BOOT_ID, StandardCharsets.US_ASCII).strip();
            return boot.length() == BOOT_BYTES ? boot : null;
        } catch (IOException e) {
            // Another operating system. Nothing is noted there.
            return null;
        }
    }

    /** Opens the file, or makes it. Kept open: to open it takes many times as long as to write it. */
    static NoteFile open(Path path, FileAttribute<?>[] mode, String boot) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.createFile(path, mode);
        } else if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(path.toString(), null, "is not a regular file: remove it");
        }
        // Not a FileChannel, which an interrupt would close.
        return new NoteFile(new RandomAccessFile(path.toFile(), "rw"), boot);
    }

    @Override
    public void write(byte[] note) throws IOException {
        if (note.length > MAX_BYTES) {
            throw new IllegalArgumentException("note of " + note.length + " bytes, more than " + MAX_BYTES);
        }
        ByteBuffer bytes = ByteBuffer.allocate(BYTES_AT + note.length + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(MAGIC)
                .put(boot)
                .putInt(note.length)
                .put(note);
        bytes.putInt(checksum(bytes.array(), bytes.position()));
        file.seek(0);
        file.write(bytes.array());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** The note; {@code null} if there is none, or none of this time. */
    static byte @Nullable [] read(Path path, String boot) throws IOException {
        byte[] bytes;
        try (ReadFile file = new DiskReadFile(path)) {
            bytes = new byte[(int) Math.min(file.length(), BYTES_AT + MAX_BYTES + Integer.BYTES)];
            file.readFully(0, bytes, 0, bytes.length);
        } catch (NoSuchFileException e) {
            return null;
        }
        if (bytes.length < BYTES_AT + Integer.BYTES) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int length = in.getInt(LENGTH_AT);
        boolean sound = in.getLong(0) == MAGIC
                && length >= 0
                && length <= bytes.length - BYTES_AT - Integer.BYTES
                && in.getInt(BYTES_AT + length) == checksum(bytes, BYTES_AT + length);
        boolean ofThisTime = new String(bytes, BOOT_AT, BOOT_BYTES, StandardCharsets.US_ASCII).equals(boot);
        return sound && ofThisTime ? Arrays.copyOfRange(bytes, BYTES_AT, BYTES_AT + length) : null;
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
