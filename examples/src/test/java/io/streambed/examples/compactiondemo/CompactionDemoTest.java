package io.streambed.examples.compactiondemo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.AppRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The app as a user runs it, for a short time. */
class CompactionDemoTest {
    @TempDir
    private Path directory;

    @Test
    void printsBothWaysAndWritesThePage() throws Exception {
        Path page = directory.resolve("page.html");
        AppRun run = AppRun.of("", "compaction-demo", "--seconds", "1", "--keys", "20000", "--page", page.toString());
        assertEquals(0, run.status(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals(3, lines.size(), run.out());
        assertTrue(lines.get(1).startsWith("in the writer's thread"), run.out());
        assertTrue(lines.get(2).startsWith("in the background"), run.out());
        String html = Files.readString(page);
        assertEquals(2, html.split("<svg ", -1).length - 1);
        assertTrue(html.contains("class=\"ours-line\"") && html.contains("class=\"theirs-line\""));
        assertFalse(html.contains("src=") || html.contains("href="), "the page loads something");
    }

    @Test
    void refusesWhatMakesNoSense() {
        AppRun run = AppRun.of("", "compaction-demo", "--keys", "7");
        assertEquals(2, run.status());
        assertTrue(run.err().startsWith("examples/run compaction-demo: --keys is 7; it must be from 1000"), run.err());
    }
}
