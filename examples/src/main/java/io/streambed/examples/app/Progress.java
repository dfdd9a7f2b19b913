package io.streambed.examples.app;

import java.io.PrintStream;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Tells the user how far an app is: on a terminal by one line that is written over and over, elsewhere by a line every few seconds.
 * What it shows it asks for in a thread of its own, so the app's own work never waits for a terminal.
 */
public final class Progress implements AutoCloseable {
    private static final int LIVE_MILLIS = 250;
    private static final int PLAIN_MILLIS = 2_000;
    /** Back to the line's beginning, and clear it. */
    private static final String CLEAR = "\r\033[K";
    /** A line that wraps could not be written over. */
    private static final int LIVE_COLUMNS = Integer.getInteger("streambed.columns", 80) - 1;

    private final String app;
    private final PrintStream err;
    private final boolean terminal;
    private final ScheduledExecutorService ticker;
    private String shown = "";

    /** For an app of that name. Nothing is shown before {@link #show}. */
    public Progress(String app, Console console) {
        this.app = app;
        this.err = console.err();
        this.terminal = console.terminal();
        this.ticker = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "progress");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** From now on shows what {@code state} says. */
    public void show(Supplier<String> state) {
        int millis = terminal ? LIVE_MILLIS : PLAIN_MILLIS;
        // Ends with the ticker.
        Future<?> unused = ticker.scheduleWithFixedDelay(() -> tick(state), millis, millis, TimeUnit.MILLISECONDS);
    }

    /** Shows nothing more by itself, and says how it ended. */
    public void end(String message) {
        ticker.shutdownNow();
        say(message);
    }

    /** Says something once, in a line that stays. */
    public synchronized void say(String message) {
        if (terminal && !shown.isEmpty()) {
            err.print(CLEAR);
        }
        err.println(app + ": " + message);
        shown = "";
    }

    /** Shows nothing more; the live line goes away. */
    @Override
    public void close() {
        ticker.shutdownNow();
        synchronized (this) {
            if (terminal && !shown.isEmpty()) {
                err.print(CLEAR);
                err.flush();
            }
            shown = "";
        }
    }

    private void tick(Supplier<String> state) {
        String line = state.get();
        synchronized (this) {
            if (ticker.isShutdown() || line.equals(shown)) {
                return;
            }
            if (terminal) {
                String text = app + ": " + line;
                err.print(CLEAR + text.substring(0, Math.min(text.length(), LIVE_COLUMNS)));
                err.flush();
            } else {
                err.println(app + ": " + line);
            }
            shown = line;
        }
    }
}
