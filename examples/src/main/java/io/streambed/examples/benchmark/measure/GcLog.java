package io.streambed.examples.benchmark.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The pauses of the collector, out of the log that the JVM writes as they end ({@code -Xlog:gc}): the beans that count collections know
 * milliseconds only, and count concurrent work as well.
 */
final class GcLog {
    private static final Pattern PAUSE = Pattern.compile(" Pause .* (\\d+\\.\\d+)ms$", Pattern.MULTILINE);

    private final Path file;
    private int seen;

    /** The log as far as it is yet; {@code file} need not be there. */
    GcLog(Path file) {
        this.file = file;
        this.seen = read().length;
    }

    /**
     * Pauses of some time.
     *
     * @param count how many
     * @param nanos how long together
     * @param longestNanos how long the longest
     */
    record Pauses(long count, long nanos, long longestNanos) {}

    /** The pauses since it was made or last asked. */
    Pauses next() {
        byte[] all = read();
        Matcher matcher = PAUSE.matcher(
                new String(Arrays.copyOfRange(all, Math.min(seen, all.length), all.length), StandardCharsets.UTF_8));
        seen = all.length;
        long count = 0;
        long sum = 0;
        long longest = 0;
        while (matcher.find()) {
            long nanos = Math.round(Double.parseDouble(matcher.group(1)) * 1e6);
            count++;
            sum += nanos;
            longest = Math.max(longest, nanos);
        }
        return new Pauses(count, sum, longest);
    }

    private byte[] read() {
        try {
            return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
