package io.streambed.examples.app;

import org.jspecify.annotations.Nullable;

/** The end of an app for a reason that its user can act on: the message is all that the user gets to see, so it is one line. */
public final class AppException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With a line that says what is wrong, with which of the user's things, and what to do if that is not plain. */
    public AppException(String message) {
        super(message);
    }

    /** As the other constructor, with what led to it. */
    public AppException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
