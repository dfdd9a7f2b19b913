package io.streambed.examples.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What stands on standard error meanwhile. */
class ProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Test
    void isLinesWhereThereIsNoTerminal() throws InterruptedException {
        assertEquals(
                String.join(System.lineSeparator(), "app: hello", "app: step 1", "app: step 2", "app: done", ""),
                shown(false));
    }

    @Test
    void isOneLineThatIsWrittenOverOnATerminal() throws InterruptedException {
        String shown = shown(true);
        assertTrue(
                shown.startsWith("app: hello" + System.lineSeparator() + "\r\033[Kapp: step 1\r\033[Kapp: step 2"),
                shown);
        assertTrue(shown.endsWith("\r\033[Kapp: done" + System.lineSeparator()), shown);
    }

    private String shown(boolean terminal) throws InterruptedException {
        PrintStream err = new PrintStream(bytes, true, UTF_8);
        Console console = new Console(InputStream.nullInputStream(), err, err, terminal);
        AtomicInteger step = new AtomicInteger();
        CountDownLatch third = new CountDownLatch(3);
        try (Progress progress = new Progress("app", console)) {
            progress.say("hello");
            progress.show(() -> {
                third.countDown();
                // What has not changed is not said again.
                return "step " + Math.min(2, step.incrementAndGet());
            });
            assertTrue(third.await(30, TimeUnit.SECONDS));
            progress.end("done");
        }
        return bytes.toString(UTF_8);
    }
}
