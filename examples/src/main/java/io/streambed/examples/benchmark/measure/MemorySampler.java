package io.streambed.examples.benchmark.measure;

/** Looks at the memory of this process again and again. A look costs some 30 µs. */
final class MemorySampler {
    private static final int MILLIS = 50;

    private final Thread thread = new Thread(this::run, "memory-sampler");
    private long peak = -1;

    MemorySampler() {
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Stops looking. The greatest that it saw; -1 where memory is not known. */
    long end() {
        thread.interrupt();
        look();
        return peak();
    }

    private synchronized long peak() {
        return peak;
    }

    private synchronized void look() {
        peak = Math.max(peak, ProcessFigures.anonymousBytes());
    }

    private void run() {
        try {
            while (true) {
                look();
                Thread.sleep(MILLIS);
            }
        } catch (InterruptedException e) {
            // That is its end.
        }
    }
}
