package io.streambed.examples.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Whole directories: making and deleting them, also while somebody else changes them. */
public final class Directories {
    private Directories() {}

    /** A new directory in the system's place for temporary files, which the caller deletes. */
    public static Path temporary(String purpose) {
        try {
            return Files.createTempDirectory("streambed-" + purpose + "-");
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary directory for " + purpose + ": " + e, e);
        }
    }

    /** Deletes a directory and everything in it; links are deleted, not followed. Harmless if there is none. */
    public static void delete(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                // What vanishes between being listed and being visited is as good as deleted.
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
