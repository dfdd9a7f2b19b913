package io.streambed.lsm;

/**
 * What an {@link LsmTree} throws. The {@link Kind} tells the caller what can be done about it; the message names the tree, the
 * thing that went wrong and, for damage, file and offset.
 */
public final class LsmException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What can be done about it. */
    public enum Kind {
        /**
         * Wrong bytes on disk. Opening the tree again helps only where the message says so, and does no harm; otherwise restore the directory
         * from elsewhere.
         */
        CORRUPTION,

        /** Reading or writing failed. After a failed write the tree is read-only until it is opened again. */
        IO,

        /** The directory is open elsewhere, in this process or in another one. Close it there first. */
        IN_USE,

        /** The tree, iterator or snapshot was closed before the call. */
        CLOSED,

        /** The arguments or options are not acceptable; nothing was changed. */
        INVALID
    }

    private final Kind kind;

    /** With a message that names the thing, the value and what to do. */
    public LsmException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** As the other constructor, with what led to it. */
    public LsmException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What can be done about it. */
    public Kind kind() {
        return kind;
    }
}
