package io.streambed.examples.benchmark.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a meter makes of what it sees. */
class MeterTest {
    @TempDir
    private Path directory;

    @Test
    void percentilesAreThoseOfTheTimesThatWereAdded() {
        Meter meter = Meter.start(directory.resolve("gc.log"));
        for (int i = 1; i <= 1_000; i++) {
            meter.add(i * 1_000L);
        }
        Measurement measured = meter.end(1_000);
        assertEquals(500_000, measured.p50(), 1_000);
        assertEquals(990_000, measured.p99(), 1_000);
        assertEquals(999_000, measured.p999(), 1_000);
        assertEquals(1_000_000, measured.max(), 1_000);
        assertEquals(1_000, measured.operations());
        assertTrue(measured.wall() > 0 && measured.cpu() >= 0, measured.toString());
    }

    @Test
    void whatWasNotMeasuredIsNotThere() {
        Measurement measured = Meter.start(directory.resolve("gc.log")).end(1);
        assertEquals(-1, measured.p50());
        assertEquals(-1, measured.writeAmplification());
        assertEquals(-1, measured.spaceAmplification());
        assertEquals(-1, Measurement.ofCount(7).throughput());
        assertEquals(7, Measurement.ofCount(7).operations());
    }

    @Test
    void amplificationsAreBytesForEachOfTheUsers() throws Exception {
        Files.write(directory.resolve("file"), new byte[3_000]);
        Meter meter = Meter.start(directory.resolve("gc.log"));
        Files.write(directory.resolve("other"), new byte[1_000_000]);
        Measurement measured = meter.end(10, 500_000, directory, 4_000);
        assertEquals(2, measured.writeAmplification(), 0.5);
        assertEquals(1_003_000 / 4_000.0, measured.spaceAmplification(), 0.01);
    }

    @Test
    void pausesAreThoseThatTheLogGotMeanwhile() throws Exception {
        Path log = directory.resolve("gc.log");
        Files.writeString(
                log, "[0.1s][info][gc] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 24M->3M(252M) 9.000ms\n");
        Meter meter = Meter.start(log);
        Files.writeString(
                log,
                Files.readString(log)
                        + "[0.2s][info][gc] GC(1) Pause Young (Normal) (G1 Evacuation Pause) 24M->3M(252M) 1.500ms\n"
                        + "[0.3s][info][gc] GC(2) Concurrent Mark Cycle 12.000ms\n"
                        + "[0.4s][info][gc] GC(3) Pause Remark 30M->30M(252M) 0.250ms\n");
        Measurement measured = meter.end(1);
        assertEquals(2, measured.pauses());
        assertEquals(1_750_000, measured.paused());
        assertEquals(1_500_000, measured.longestPause());
    }

    @Test
    void theWaitForAProcessorOnlyGrows() {
        try (ProcessorWait wait = new ProcessorWait()) {
            for (int i = 0; i < 100; i++) {
                assertTrue(wait.nextNanos() >= 0);
            }
        }
    }
}
