package io.streambed.lsm.internal.version;

import io.streambed.lsm.bytes.ByteReader;
import io.streambed.lsm.bytes.Checksum;
import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.ReadFile;
import io.streambed.lsm.internal.log.LogHeader;
import io.streambed.lsm.internal.log.LogKind;
import io.streambed.lsm.internal.log.LogReader;
import io.streambed.lsm.internal.log.LogWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The log of version edits: what makes a new version survive a crash.
 *
 * <p>A manifest begins with one edit that makes the version of that moment out of nothing; every further record is one edit, synced
 * before anything that it replaces is deleted. A new directory has none until it is written to. Each opening that writes begins a new
 * manifest, and so does one that has grown large. Which one counts is said by the file {@code CURRENT}, replaced by renaming:
 *
 * <pre>
 * MANIFEST-000007 1f0a3c5e\n       name of the manifest, a space, CRC-32C of the name in hex
 * </pre>
 *
 * <p>The last record may be cut short by a crash: then the edit was never acknowledged, and what it would have replaced is
 * still there. That this is so is for recovery to check, since a damaged last record looks the same: a file that the remaining
 * edits name must exist, and a log that they do not name must be empty.
 *
 * <p>Used by one thread at a time.
 */
public final class Manifest implements Closeable {
    /** A manifest that has grown beyond this is followed by a new one, in bytes. */
    private static final long MAX_BYTES = 1 << 20;

    private static final int EDIT = 1;

    /** Each open tree keeps such a buffer; an edit that is longer is written past it. */
    private static final int BUFFER_BYTES = 1 << 10;

    private final FileSystem fileSystem;
    private final LongSupplier newNumber;
    private String name;
    private @Nullable LogWriter writer;
    private @Nullable IOException failure;
    private boolean closed;

    /**
     * @param name the manifest that counts now, or an empty string if there is none
     * @param newNumber gives the numbers of new files
     */
    public Manifest(FileSystem fileSystem, String name, LongSupplier newNumber) {
        this.fileSystem = fileSystem;
        this.name = name;
        this.newNumber = newNumber;
    }

    /**
     * What a directory's manifest says.
     *
     * @param version the version that it ends with
     * @param name its file name, or an empty string if the directory is new
     */
    public record Loaded(Version version, String name) {}

    /**
     * Reads the manifest that counts.
     *
     * @throws CorruptFileException if it is damaged or missing though there are other files
     */
    public static Loaded load(FileSystem fileSystem) throws IOException {
        String current = readCurrent(fileSystem);
        if (current == null) {
            requireNoData(fileSystem);
            return new Loaded(Version.EMPTY, "");
        }
        FileNames.Numbered numbered = FileNames.parse(current);
        if (numbered == null || numbered.kind() != FileNames.Kind.MANIFEST) {
            throw new CorruptFileException(FileNames.CURRENT, 0, "it names no manifest");
        }
        VersionBuilder builder = new VersionBuilder(Version.EMPTY);
        Version version;
        boolean any = false;
        try (LogReader reader = LogReader.open(fileSystem, current, numbered.number(), LogKind.MANIFEST)) {
            while (reader.next()) {
                long position = reader.recordPosition();
                if (reader.type() != EDIT) {
                    throw new CorruptFileException(
                            current,
                            position,
                            "record of type " + reader.type() + "; this release knows type " + EDIT + " only");
                }
                try {
                    builder.apply(VersionEdit.decode(
                            new ByteReader(reader.payload(), reader.payloadOffset(), reader.payloadLength())));
                } catch (IOException e) {
                    throw new CorruptFileException(current, position, e);
                } catch (IllegalArgumentException e) {
                    throw notFitting(current, position, e);
                }
                any = true;
            }
            version = built(builder, current, reader.position());
        } catch (NoSuchFileException e) {
            throw missing(current, FileNames.CURRENT, e);
        }
        if (!any) {
            throw new CorruptFileException(current, 0, "it holds no edit, though it was synced before it was named");
        }
        return new Loaded(version, current);
    }

    private static Version built(VersionBuilder builder, String name, long end) throws CorruptFileException {
        try {
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw notFitting(name, end, e);
        }
    }

    /** Checksums are right, and yet edits contradict one another. */
    private static CorruptFileException notFitting(String name, long position, IllegalArgumentException why) {
        return new CorruptFileException(name, position, new IOException(why.getMessage(), why));
    }

    /** The error for a file that {@code namedBy} says must be there. */
    public static CorruptFileException missing(String file, String namedBy, IOException cause) {
        return new CorruptFileException(
                file, 0, new IOException("the file is missing, though " + namedBy + " names it", cause));
    }

    /** Name of the manifest that counts. */
    public String name() {
        return name;
    }

    /** Whether everything in the manifest was synced by this object; not known of what it only read. */
    public boolean isSynced() {
        return writer != null && failure == null;
    }

    /**
     * Writes and syncs {@code edit}, which leads to {@code after}. If this fails the manifest takes no further edits: nobody
     * knows what of it has reached the disk.
     */
    public void append(VersionEdit edit, Version after) throws IOException {
        if (closed) {
            throw new IOException("the manifest is closed");
        }
        if (failure != null) {
            throw new IOException("an earlier write to the manifest failed: " + failure.getMessage(), failure);
        }
        try {
            LogWriter current = writer;
            if (current == null || current.length() > MAX_BYTES) {
                begin(after);
            } else {
                current.append(EDIT, edit.encode());
                current.sync();
            }
        } catch (IOException | RuntimeException | Error e) {
            // Whatever it was: which manifest counts now, nobody knows.
            failure = e instanceof IOException io ? io : new IOException(e.toString(), e);
            throw e;
        }
    }

    private void begin(Version version) throws IOException {
        long number = newNumber.getAsLong();
        String next = FileNames.manifest(number);
        LogWriter created =
                LogWriter.createUnsynced(fileSystem, next, LogKind.MANIFEST, LogHeader.first(number), BUFFER_BYTES);
        try {
            created.append(EDIT, version.asEdit().encode());
            created.sync();
            // The manifest's name first: a crash may keep any of the names that are not synced, and CURRENT's alone
            // would lead nowhere.
            fileSystem.syncDirectory();
            if (name.isEmpty()) {
                // Before CURRENT is there, and not only if the directory was made just now: whoever made it may have
                // been killed since. Once there is a CURRENT, the way to it is safe.
                fileSystem.syncPath();
            }
            writeCurrent(next);
        } catch (IOException | RuntimeException | Error e) {
            try (created) {
                throw e;
            }
        }
        LogWriter replaced = writer;
        writer = created;
        String old = name;
        name = next;
        if (replaced != null) {
            replaced.close();
        }
        if (!old.isEmpty()) {
            fileSystem.delete(old);
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        LogWriter closing = writer;
        writer = null;
        if (closing != null) {
            closing.close();
        }
    }

    private void writeCurrent(String manifest) throws IOException {
        if (fileSystem.list().contains(FileNames.NEXT_CURRENT)) {
            fileSystem.delete(FileNames.NEXT_CURRENT);
        }
        byte[] content = (manifest + " " + crc(manifest) + "\n").getBytes(StandardCharsets.UTF_8);
        try (AppendFile file = fileSystem.create(FileNames.NEXT_CURRENT)) {
            file.write(content, 0, content.length);
            file.sync();
        }
        fileSystem.rename(FileNames.NEXT_CURRENT, FileNames.CURRENT);
        fileSystem.syncDirectory();
    }

    private static @Nullable String readCurrent(FileSystem fileSystem) throws IOException {
        byte[] content;
        try (ReadFile file = fileSystem.open(FileNames.CURRENT)) {
            if (file.length() > 100) {
                throw new CorruptFileException(FileNames.CURRENT, 0, "it is " + file.length() + " bytes long");
            }
            content = new byte[(int) file.length()];
            file.readFully(0, content, 0, content.length);
        } catch (NoSuchFileException e) {
            return null;
        }
        String text = new String(content, StandardCharsets.ISO_8859_1);
        int space = text.indexOf(' ');
        if (space < 0 || !text.equals(text.substring(0, space) + " " + crc(text.substring(0, space)) + "\n")) {
            throw new CorruptFileException(FileNames.CURRENT, 0, "its checksum does not match");
        }
        return text.substring(0, space);
    }

    /** A directory without CURRENT is new, or was left by a crash at its very first edit; it must not hold any data. */
    private static void requireNoData(FileSystem fileSystem) throws IOException {
        List<String> names = fileSystem.list();
        for (String candidate : names) {
            FileNames.Numbered numbered = FileNames.parse(candidate);
            if (numbered != null && numbered.kind() != FileNames.Kind.MANIFEST) {
                throw new CorruptFileException(
                        FileNames.CURRENT, 0, "the file is missing, though there is " + candidate);
            }
        }
    }

    private static String crc(String manifest) {
        byte[] bytes = manifest.getBytes(StandardCharsets.ISO_8859_1);
        return HexFormat.of().toHexDigits(Checksum.of(bytes, 0, bytes.length, 0, 0));
    }
}
