package io.streambed.lsm.crash;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.Durability;
import io.streambed.lsm.testing.Seeds;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * As {@link CrashTest}, on ways that are longer: the process dies before the power fails, the tree is closed and opened in between,
 * flushes come late so that several logs wait for theirs, metadata is so large that every change begins a new manifest.
 */
class CutsTest {
    private static final long SEED = Seeds.seed("CutsTest");
    private static final AtomicLong VERIFIED = new AtomicLong();

    static Stream<Arguments> options() {
        return Stream.of(Durability.values())
                .flatMap(durability -> Stream.of(true, false).map(every -> Arguments.of(durability, every)));
    }

    @ParameterizedTest(name = "{0}, every write {1}")
    @MethodSource("options")
    void everyCutRecoversToOneCommittedState(Durability durability, boolean commitEveryWrite) {
        for (int i = 0; i < Seeds.scaled(2); i++) {
            run(new Cuts(CrashOptions.of(durability, commitEveryWrite), Seeds.part(SEED, i)), 60, 1);
        }
    }

    @ParameterizedTest(name = "{0}, every write {1}")
    @MethodSource("options")
    void logsThatFollowOneAnotherAreCut(Durability durability, boolean commitEveryWrite) {
        for (int i = 0; i < Seeds.scaled(2); i++) {
            run(
                    new Cuts(CrashOptions.of(durability, commitEveryWrite), Seeds.part(SEED, 1_000 + i))
                            .largestValue(30_000),
                    60,
                    4);
        }
    }

    @ParameterizedTest(name = "{0}, every write {1}")
    @MethodSource("options")
    void manifestsThatFollowOneAnotherAreCut(Durability durability, boolean commitEveryWrite) {
        run(
                new Cuts(CrashOptions.of(durability, commitEveryWrite), Seeds.part(SEED, 2_000))
                        .largestMetadata(1_200_000),
                40,
                5);
    }

    @AfterAll
    static void report() {
        System.out.println("CutsTest: " + VERIFIED + " cuts verified");
        assertTrue(VERIFIED.get() > 0);
    }

    private static void run(Cuts cuts, int steps, int every) {
        cuts.run(steps, every);
        VERIFIED.addAndGet(cuts.verified());
    }
}
