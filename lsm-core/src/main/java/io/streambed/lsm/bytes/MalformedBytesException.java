package io.streambed.lsm.bytes;

import java.io.IOException;

/**
 * Bytes that cannot be what they should be: a length beyond the end, an integer that does not end, an unknown tag. Whoever
 * knows the file turns it into an error that names file and offset.
 */
public final class MalformedBytesException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message what was expected at which position, and what was found; never the bytes themselves */
    public MalformedBytesException(String message) {
        super(message);
    }
}
