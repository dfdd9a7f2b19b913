package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.version.Version;
import java.io.IOException;

/**
 * Estimates how many entries of a flush hide an older version of their key: at the beginning of each stretch the filters of the tables
 * that may hold the key are asked, and what they answer is taken for the whole stretch. Stretches become longer with the number of
 * entries seen, up to 256, and end after 64 KiB; so few entries are known well, and of 100,000 the estimate is off by 1 in 40.
 *
 * <p>Each filter is wrong about one new key in a hundred, so thirty of them are about one in four. How often they are is found with control
 * questions about keys that nobody has, and left out.
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

    /** Entries that older tables reach to. */
    private long within;

    /** Entries that their filters know. */
    private long known;

    /** Entries with whose control question the filters were wrong. */
    private long mistaken;

    // Of the stretch.
    private boolean isWithin;
    private boolean isKnown;
    private boolean isMistaken;
    private long entriesLeft;
    private long bytesLeft;

    OverwriteEstimate(TableFiles files, Version older) {
        this.older = OlderTables.uncheckedBelow(files, older);
    }

    /** Takes note of the next entry that is written; keys must come in ascending order. */
    void add(Slice key, int valueLength) throws IOException {
        if (entriesLeft <= 0 || bytesLeft <= 0) {
            isWithin = older.reachTo(key);
            isKnown = older.mayHold(key);
            isMistaken = older.knowWhatNobodyPut(key);
            entriesLeft = Math.min(LONGEST_STRETCH, 1 + entries / STRETCHES_OF_ONE);
            bytesLeft = STRETCH_BYTES;
        }
        entries++;
        entriesLeft--;
        bytesLeft -= key.length() + valueLength;
        within += isWithin ? 1 : 0;
        known += isKnown ? 1 : 0;
        mistaken += isMistaken ? 1 : 0;
    }

    /** The estimate: of all entries that were added. */
    long overwrites() {
        // Of the n new ones within reach, n * mistaken / within are known as well as the within - n others.
        return known <= mistaken ? 0 : Math.round((double) (known - mistaken) / (within - mistaken) * within);
    }
}
