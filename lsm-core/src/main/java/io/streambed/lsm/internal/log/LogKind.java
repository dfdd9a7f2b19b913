package io.streambed.lsm.internal.log;

/** What a log is for. Its header says so, and one kind is never read as the other. */
public enum LogKind {
    /** Writes and commits, to be replayed after a crash. */
    WRITE_AHEAD(1),

    /** Version edits. */
    MANIFEST(2);

    private final int code;

    LogKind(int code) {
        this.code = code;
    }

    /** On disk, never change. */
    int code() {
        return code;
    }
}
