package io.streambed.lsm;

/**
 * Which tables are merged, and when: a choice between bytes written, runs that readers must look at, and room on disk. A tree may be
 * opened with another style than it was written with.
 */
public enum CompactionStyle {
    /**
     * Each level is one run, ten times larger than the one above it. Few runs and little room, and most bytes written: an entry is
     * rewritten about five times for each level.
     */
    LEVELED,

    /**
     * Four runs of a level become one of the next. Fewest bytes written: an entry once a level; up to four runs a level, and up to
     * four times the room where keys are overwritten.
     */
    TIERED,

    /**
     * Merges runs of similar size, keeps at most eight of them, and merges everything once a fifth of the entries are hidden by others
     * or deleted. Writes little more than {@link #TIERED} where keys are new, and takes at most 1.3 times the room where they
     * are overwritten. A tree that is not written to also merges runs once ranges that were read in several of them have cost as much
     * ({@link LsmOptions#seekCompaction()}). Where keys have times ({@link KeyTime}), runs of different times stay apart, up to 32 of them.
     */
    HYBRID
}
