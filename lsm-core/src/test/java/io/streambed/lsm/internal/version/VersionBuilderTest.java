package io.streambed.lsm.internal.version;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.internal.entry.SeqRanges;
import java.util.List;
import org.junit.jupiter.api.Test;

class VersionBuilderTest {
    @Test
    void severalEditsComeToWhatTheyComeToOneAfterTheOther() {
        List<VersionEdit> edits = List.of(
                new VersionEdit().logCreated(2).logCreated(1).nextFileNumber(3),
                new VersionEdit().add(0, 3, table(3, 'm', 'p')).lastSeqNo(9).commit(new Commit(7, new byte[] {1})),
                new VersionEdit().add(0, 4, table(4, 'a', 'z')).voided(new SeqRanges.Range(8, 9), 5),
                new VersionEdit().add(0, 4, table(6, 'A', 'Z')).logsDroppedBelow(2),
                new VersionEdit()
                        .remove(0, 3, 3)
                        .add(1, 7, table(7, 'm', 'p'))
                        .floor(new byte[] {'B'})
                        .logCreated(8),
                new VersionEdit().logRemoved(2).floor(new byte[] {'A'}));
        VersionBuilder builder = new VersionBuilder(Version.EMPTY);
        Version stepByStep = Version.EMPTY;
        for (VersionEdit edit : edits) {
            builder.apply(edit);
            stepByStep = stepByStep.apply(edit);
        }
        for (Version version : List.of(builder.build(), stepByStep)) {
            assertEquals(1, version.level(0).size(), "a run without tables is none");
            assertEquals(List.of(6L, 4L), numbers(version.level(0).get(0)), "in the order of their keys");
            assertEquals(List.of(7L), numbers(version.level(1).get(0)));
            assertEquals(List.of(8L), version.logs());
            assertEquals(9, version.lastSeqNo());
            assertEquals(3, version.nextFileNumber());
            assertEquals(7, version.commit().seqNo());
            assertEquals(List.of(new SeqRanges.Range(8, 9)), version.voids().ranges());
            assertArrayEquals(new byte[] {'B'}, version.floor(), "it is never lowered");
        }
    }

    @Test
    void editsThatDoNotFitAreRefused() {
        assertRefused("removes a table that is not there", new VersionEdit().remove(0, 1, 1));
        assertRefused("names level 7", new VersionEdit().add(7, 1, table(1, 'a', 'b')));
        assertRefused(
                "adds a table that is there already",
                new VersionEdit().add(0, 1, table(1, 'a', 'b')).add(1, 2, table(1, 'a', 'b')));
        assertRefused("overlap", new VersionEdit().add(1, 1, table(1, 'a', 'c')).add(1, 1, table(2, 'b', 'd')));
    }

    private static void assertRefused(String why, VersionEdit edit) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> Version.EMPTY.apply(edit));
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    private static List<Long> numbers(Run run) {
        return run.tables().stream().map(TableMeta::number).toList();
    }

    private static TableMeta table(long number, char smallest, char largest) {
        return new TableMeta(
                number, 100, 10, 0, new byte[] {(byte) smallest}, new byte[] {(byte) largest}, 1, 9, 0, KeyTimes.ANY);
    }
}
