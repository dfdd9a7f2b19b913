package io.streambed.lsm.crash;

import static io.streambed.lsm.testing.ByteMaps.bytes;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.Fault;
import io.streambed.lsm.fs.Fault.Operation;
import io.streambed.lsm.fs.FaultFileSystem;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.testing.NoSecondSync;
import io.streambed.lsm.testing.Seeds;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tests of crashes find what they are there to find: each bug made on purpose, and for its own reason. */
class NegativeControlTest {
    /** Always the same: this is about the check, not about the engine. */
    private static final long SEED = 20_261_121;

    private static final int MOST_RUNS = 20;

    @ParameterizedTest
    @EnumSource
    void aBugMadeOnPurposeIsFound(Bug bug) {
        for (int run = 0; run < MOST_RUNS; run++) {
            Cuts cuts = new Cuts(CrashOptions.of(bug.durability(), run % 2 == 0), Seeds.part(SEED, run))
                    .wrapper(bug::around);
            try {
                cuts.run(60, 1);
            } catch (AssertionError found) {
                // What was wrong, without the operations that led there.
                String message = String.valueOf(found.getMessage()).split("\nafter", 2)[0];
                assertTrue(
                        bug.reasons().stream().anyMatch(message::contains),
                        () -> "found, but not for one of " + bug.reasons() + ": " + message);
                return;
            }
        }
        fail("not found in " + MOST_RUNS + " runs");
    }

    @Test
    void aSyncThatIsTriedAgainIsFound() throws IOException {
        FaultFileSystem faulty = new FaultFileSystem(new MemoryFileSystem());
        AppendFile file = new NoSecondSync(faulty).create("log");
        file.write(bytes("a"), 0, 1);
        faulty.inject(Fault.on(Operation.SYNC).nth(1).once("I/O error"));
        assertThrows(IOException.class, file::sync);
        assertThrows(AssertionError.class, file::sync);
    }
}
