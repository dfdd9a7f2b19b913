package io.streambed.examples.wordcount;

import io.streambed.examples.app.AppException;
import io.streambed.examples.app.Reasons;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be counted: a file, a stream that can be read only once (standard input, a pipe), or the licence texts of the JDK. Texts
 * are the same if their bytes are.
 *
 * @param name what messages call it
 * @param files what is read, one after the other, if it can be read again
 * @param stream what is read otherwise
 */
record InputText(String name, List<Path> files, @Nullable InputStream stream) {
    private static final int CHUNK = 64 << 10;

    /**
     * The text that the user named: a path, {@code -} for standard input, or {@code null} for the licence texts.
     *
     * @throws AppException if there is no such text
     */
    static InputText of(@Nullable String named, InputStream standardInput) {
        if (named == null) {
            return licences(Path.of(System.getProperty("java.home")));
        } else if (named.equals("-")) {
            return new InputText("standard input", List.of(), standardInput);
        }
        try {
            return file(Path.of(named));
        } catch (InvalidPathException e) {
            throw new AppException("input " + named + ": no such name for a file: " + e.getReason(), e);
        }
    }

    /** The licence texts under a JDK's home. Many of them are links to the same text, which counts each time. */
    static InputText licences(Path javaHome) {
        Path legal = javaHome.resolve("legal");
        List<Path> files = new ArrayList<>();
        try {
            if (Files.isDirectory(legal)) {
                Files.walkFileTree(
                        legal, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                            @Override
                            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                                if (attributes.isRegularFile() && attributes.size() > 0) {
                                    files.add(file);
                                }
                                return FileVisitResult.CONTINUE;
                            }

                            @Override
                            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                                // A link to nowhere, or in a circle: packages without documentation have them.
                                return FileVisitResult.CONTINUE;
                            }
                        });
            }
        } catch (IOException e) {
            throw new AppException("the licence texts in " + legal + " cannot be read: " + Reasons.of(e), e);
        }
        if (files.isEmpty()) {
            throw new AppException("this Java has no licence texts in " + legal + "; name a text with --input");
        }
        Collections.sort(files);
        return new InputText("the licence texts in " + legal, List.copyOf(files), null);
    }

    /** The same text so that it can be opened more than once; copied to {@code copy} if need be. */
    InputText repeatable(Path copy) throws IOException {
        if (stream == null) {
            return this;
        }
        try (OutputStream out = Files.newOutputStream(copy)) {
            byte[] chunk = new byte[CHUNK];
            for (int read = stream.read(chunk); read >= 0; read = stream.read(chunk)) {
                out.write(chunk, 0, read);
            }
        }
        return new InputText(name, List.of(copy), null);
    }

    /** Opens it at its beginning. */
    InputStream open() {
        if (stream != null) {
            return stream;
        }
        List<InputStream> parts = new ArrayList<>();
        for (Path file : files) {
            if (!parts.isEmpty()) {
                // So that the last word of one text and the first of the next stay two.
                parts.add(new ByteArrayInputStream(new byte[] {'\n'}));
            }
            parts.add(new LateFile(file));
        }
        return new SequenceInputStream(Collections.enumeration(parts));
    }

    /** A name for the text that any other text has not. */
    String digest() throws IOException {
        try (InputStream in = open()) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] chunk = new byte[CHUNK];
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                digest.update(chunk, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static InputText file(Path file) {
        if (Files.isDirectory(file)) {
            throw new AppException("input " + file + " is a directory");
        }
        try {
            InputStream in = Files.newInputStream(file);
            if (!Files.isRegularFile(file)) {
                return new InputText(file.toString(), List.of(), in);
            }
            in.close();
            return new InputText(file.toString(), List.of(file), null);
        } catch (IOException e) {
            throw new AppException("input " + file + " cannot be read: " + Reasons.of(e), e);
        }
    }

    /** A file that is opened when its turn comes: a JDK has hundreds of licence texts. */
    private static final class LateFile extends InputStream {
        private final Path file;
        private @Nullable InputStream opened;

        LateFile(Path file) {
            this.file = file;
        }

        @Override
        public int read() throws IOException {
            return in().read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return in().read(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            if (opened != null) {
                opened.close();
            }
        }

        private InputStream in() throws IOException {
            if (opened == null) {
                opened = Files.newInputStream(file);
            }
            return opened;
        }
    }
}
