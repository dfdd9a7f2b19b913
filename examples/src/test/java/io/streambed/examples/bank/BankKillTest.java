package io.streambed.examples.bank;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.app.Console;
import io.streambed.examples.app.DataDirectory;
import io.streambed.examples.app.Progress;
import io.streambed.examples.app.Stop;
import io.streambed.examples.broker.RestartableBroker;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The bank, killed over and over. Each run ends with its own audit: nothing lost, nothing twice, nothing of what was aborted; the store equals
 * changelog and replay. What is looked at here is how much had to be restored for that.
 */
@Timeout(1200)
class BankKillTest {
    /** What a few transactions may hold: 200 records are polled at once, and commits come every 100 ms or, on a slow machine, after each poll. */
    private static final long FEW_TRANSACTIONS = 3_000;

    private final long seed = new Random().nextLong();

    /** In every second life what was not committed stands in tables, as the write buffers are as small as they can be. */
    @Test
    void twentyKillsRestoreOneTransactionAtMostEach() throws Exception {
        int kills = (int) Math.max(2, 20 * Double.parseDouble(System.getProperty("streambed.scale", "1.0")));
        List<Restart> restarts = run(plan(1, kills, 1_000L * (kills + 1), StoreKind.LSM), null);
        assertEquals(kills, restarts.size());
        long restored = 0;
        for (Restart restart : restarts) {
            assertCarriedOn(restart);
            restored += restart.restored();
        }
        long written = restarts.stream().mapToLong(Restart::written).sum();
        // To restore all would be to restore a hundred times as much.
        assertTrue(restored < written / 20, () -> "of " + written + " records: " + restarts);
        long flushes = restarts.stream().mapToLong(Restart::flushes).sum();
        assertTrue(flushes >= kills / 2, restarts::toString);
    }

    /** Two instances with standby copies: what one leaves behind the other one takes over, and gives back. */
    @Test
    void tasksMoveBetweenInstancesThatAreKilled() throws Exception {
        for (Restart restart : run(plan(2, 3, 8_000, StoreKind.LSM), null)) {
            assertCarriedOn(restart);
        }
    }

    /**
     * It ends in the middle of transactions, and is back at the same address. What is restored for that is not looked at: a producer whose
     * requests the end has cut apart may find itself fenced, and Streams deletes the directories of a living process's tasks then.
     */
    @Test
    void theBrokerRestartsMeanwhile() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (RestartableBroker broker = RestartableBroker.start()) {
            Future<?> restarting = other.submit(() -> {
                for (int restart = 0; restart < 3; restart++) {
                    broker.awaitWritten(300_000);
                    broker.restart();
                }
                return null;
            });
            assertEquals(
                    2,
                    run(plan(1, 2, 12_000, StoreKind.LSM), broker.bootstrapServers())
                            .size());
            restarting.get();
        } finally {
            other.shutdownNow();
        }
    }

    /** Without the supplier the state is as right; it only takes the whole of what was written since the instance began to run. */
    @Test
    void withoutTheSupplierMoreIsRestoredAndNothingIsWrong() throws Exception {
        List<Restart> restarts = run(plan(1, 2, 6_000, StoreKind.LSM_WITHOUT_SUPPLIER), null);
        for (Restart restart : restarts) {
            assertEquals(0, restart.wiped());
            assertFalse(restart.corrupted());
        }
        assertTrue(restarts.stream().anyMatch(restart -> restart.restored() > 500), restarts::toString);
    }

    private Plan plan(int instances, int kills, long transfers, StoreKind store) {
        return new Plan(instances, kills, 500, transfers, 900, store, StreamsConfig.EXACTLY_ONCE_V2, 100, true, seed);
    }

    private static void assertCarriedOn(Restart restart) {
        assertEquals(0, restart.wiped(), restart::toString);
        assertFalse(restart.corrupted(), restart::toString);
        assertTrue(restart.restored() <= FEW_TRANSACTIONS, restart::toString);
    }

    private static List<Restart> run(Plan plan, @Nullable String bootstrapServers) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Console console = new Console(
                new ByteArrayInputStream(new byte[0]), new PrintStream(out, false, UTF_8), System.err, false);
        try (DataDirectory directory = DataDirectory.open(null, "bank");
                Progress progress = new Progress("bank", console)) {
            BankRun run = new BankRun(console, new Stop(), directory, progress, plan);
            run.run(bootstrapServers);
            assertTrue(out.toString(UTF_8).contains("each of them once"), () -> out.toString(UTF_8));
            return run.restarts();
        }
    }
}
