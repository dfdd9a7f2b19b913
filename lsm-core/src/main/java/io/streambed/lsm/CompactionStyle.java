package io.streambed.lsm;

/**
 * Which tables are merged, and when: a choice between bytes written, runs that readers must look at, and room on disk. A tree may be
 * opened with another style than it was written with.
 */
public enum CompactionStyle {
    /**
     * Each level is one run, ten times larger than the one above it. Few runs and little room, and many bytes written: an entry is
     * rewritten about five times for each level.
     */
    LEVELED,

    /**
     * Four runs of a level become one of the next. Fewest bytes written: an entry once a level; up to four runs a level, and up to
     * four times the room where keys are overwritten.
     */
    TIERED,

    /**
     * Merges runs of similar size, keeps at most eight of them, and merges everything once as many entries are hidden by others or deleted
     * as are alive, or, in a tree that has sealed no memtable for a second, a quarter as many. So it takes up to twice the room of what is
     * alive while it is written, and 1.25 times at rest; a merge needs room for its result beside that. Writes no more than {@link #TIERED}
     * where keys are new, and more than both others where they are overwritten and time is given to rest. A tree that is not written to also merges runs once ranges that were read in several of them have cost as much
     * ({@link LsmOptions#seekCompaction()}). Where keys have times ({@link KeyTime}), runs of different times stay apart, up to 32 of them.
     */
    HYBRID
}
