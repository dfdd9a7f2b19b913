package io.streambed.examples.app;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Exceptions in words for users, in one line. */
public final class Reasons {
    private Reasons() {}

    /** Why a file operation failed, without the file's name. */
    public static String of(IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return "no such file or directory";
        } else if (failure instanceof AccessDeniedException) {
            return "permission denied";
        } else if (failure instanceof FileAlreadyExistsException) {
            return "there is a file of that name";
        } else if (failure instanceof NotDirectoryException) {
            return "not a directory";
        } else if (failure instanceof FileSystemLoopException) {
            return "links in a circle";
        } else if (failure instanceof FileSystemException file && file.getReason() != null) {
            return firstLine(file.getReason());
        }
        return line(failure);
    }

    /** What went wrong where nobody had a better word for it: the innermost cause. */
    public static String innermost(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return line(root);
    }

    /** The first exception of the given kind on the way from a failure to its cause, or {@code null}. */
    public static <T extends Throwable> @Nullable T find(@Nullable Throwable failure, Class<T> kind) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (kind.isInstance(t)) {
                return kind.cast(t);
            }
        }
        return null;
    }

    /** What a future failed with, without the future's own wrapping. */
    public static Throwable unwrap(Throwable failure) {
        boolean wrapping = failure instanceof ExecutionException || failure instanceof CompletionException;
        return wrapping && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** An exception's own words, the first line of them; its kind if it has none. */
    public static String line(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : firstLine(message);
    }

    private static String firstLine(String text) {
        return text.strip().lines().findFirst().orElse("");
    }
}
