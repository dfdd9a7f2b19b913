package io.streambed.lsm.internal.compaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.internal.entry.SeqRanges;
import io.streambed.lsm.internal.version.KeyTimes;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import io.streambed.lsm.internal.version.VersionEdit;
import org.junit.jupiter.api.Test;

/** Void entries are swept out of tables, and then it is over. */
class SweepTest {
    private static final SeqRanges.Range VOID = new SeqRanges.Range(11, 20);

    private final CompactionPicker picker = new Upkeep(new LeveledPicker(1 << 20));

    @Test
    void aTableFromBeforeTheCrashThatMayHoldVoidEntriesIsRewritten() {
        Version version = withTables(5, 6);
        assertTrue(picker.pick(version, 0).orElseThrow() instanceof Compaction.Merge);
    }

    /** Found by ModelTest: two tables with older and newer entries, but no void ones, were rewritten in turns for ever. */
    @Test
    void tablesFromAfterTheCrashAreLeftAloneThoughTheVoidRangeLiesWithinTheirs() {
        Version version = withTables(7, 8);
        assertTrue(picker.pick(version, 0).isEmpty());
    }

    @Test
    void aNewManifestRemembersWhichTablesMayHoldVoidEntries() {
        Version again = Version.EMPTY.apply(withTables(5, 8).asEdit());
        assertEquals(withTables(5, 8), again);
        assertTrue(again.mayHoldVoid(table(5, "a")));
        assertTrue(!again.mayHoldVoid(table(8, "b")));
    }

    private static Version withTables(long first, long second) {
        return Version.EMPTY.apply(new VersionEdit()
                .nextFileNumber(9)
                .voided(VOID, 7)
                .add(1, 0, table(first, "a"))
                .add(1, 0, table(second, "b")));
    }

    private static TableMeta table(long number, String key) {
        byte[] bytes = key.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return new TableMeta(number, 1000, 2, 0, bytes, bytes, 5, 30, 0, KeyTimes.ANY);
    }
}
