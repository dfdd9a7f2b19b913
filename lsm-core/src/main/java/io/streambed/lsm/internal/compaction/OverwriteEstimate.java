package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.version.Version;
import java.io.IOException;

/**
 * Estimates how many entries of a flush hide an older version of their key: at the beginning of each stretch the filters of the tables
 * that may hold the key are asked, and what they answer is taken for the whole stretch. Stretches become longer with the number of
 * entries seen, up to 256, and end after 64 KiB; so few entries are known well, and of 100,000 the estimate is off by 1 in 40.
 *
 * <p>Filters that are not in memory stay where they are: a flush that loaded those of all older tables would, once they are larger
 * than their part of the budget, drive each other out, and those that reads need too.
 */
final class OverwriteEstimate {
    private static final int LONGEST_STRETCH = 256;
    private static final int STRETCHES_OF_ONE = 64;
    private static final int STRETCH_BYTES = 64 << 10;

    private final OlderTables older;
    private long entries;
    private long overwrites;

    // Of the stretch.
    private boolean isBelow;
    private long entriesLeft;
    private long bytesLeft;

    OverwriteEstimate(TableFiles files, Version older) {
        this.older = OlderTables.uncheckedBelow(files, older);
    }

    /** Takes note of the next entry that is written; keys must come in ascending order. */
    void add(Slice key, int valueLength) throws IOException {
        if (entriesLeft <= 0 || bytesLeft <= 0) {
            isBelow = older.mayHold(key);
            entriesLeft = Math.min(LONGEST_STRETCH, 1 + entries / STRETCHES_OF_ONE);
            bytesLeft = STRETCH_BYTES;
        }
        entries++;
        entriesLeft--;
        bytesLeft -= key.length() + valueLength;
        if (isBelow) {
            overwrites++;
        }
    }

    /** The estimate: of all entries that were added. */
    long overwrites() {
        return overwrites;
    }
}
