package io.streambed.lsm.internal.compaction;

/** A job saw that its tree is being closed and gave up; what it had written is deleted. */
public final class JobCancelledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** For a tree that is being closed. */
    public JobCancelledException() {
        super("the tree is being closed");
    }
}
