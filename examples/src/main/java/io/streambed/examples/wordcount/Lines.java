package io.streambed.examples.wordcount;

import io.streambed.examples.app.AppException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a UTF-8 text, each short enough for a Kafka record: a line that is not is cut between two words, which changes no
 * count. The same text always gives the same lines, so a number of lines is a place in it. Malformed bytes belong to no word.
 */
final class Lines implements AutoCloseable {
    /** At most three bytes each, so a line stays well below the megabyte that a broker takes. */
    static final int MAX_CHARS = 100_000;

    private final Reader reader;
    private final char[] buffer = new char[16 << 10];
    private int position;
    private int limit;
    private final StringBuilder line = new StringBuilder();
    private long given;

    Lines(InputStream in) {
        reader = new InputStreamReader(in, StandardCharsets.UTF_8);
    }

    /** The next line without its end, or {@code null} after the last one. */
    @Nullable
    String next() throws IOException {
        while (true) {
            if (position == limit && !fill()) {
                return line.isEmpty() ? null : take(line.length());
            }
            int end = position;
            int stop = Math.min(limit, position + MAX_CHARS - line.length());
            while (end < stop && buffer[end] != '\n') {
                end++;
            }
            line.append(buffer, position, end - position);
            position = end;
            if (end < limit && buffer[end] == '\n') {
                position++;
                return take(line.length());
            }
            if (line.length() == MAX_CHARS) {
                return take(lastGap());
            }
        }
    }

    /** Passes over so many lines, which are there as they were there before. */
    void skip(long count) throws IOException {
        for (long skipped = 0; skipped < count; skipped++) {
            if (next() == null) {
                throw new AppException("the input has become shorter while it was read");
            }
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, reader.read(buffer));
        return limit > 0;
    }

    private String take(int length) {
        String taken = line.substring(0, length);
        line.delete(0, length);
        given++;
        return taken;
    }

    /** Where the last word of a line that is full may begin. */
    private int lastGap() {
        int length = line.length();
        // The last char may be the first half of a code point, and then says nothing.
        for (int at = Character.isHighSurrogate(line.charAt(length - 1)) ? length - 1 : length; at > 0; ) {
            int codePoint = line.codePointBefore(at);
            if (!Character.isLetterOrDigit(codePoint)) {
                return at;
            }
            at -= Character.charCount(codePoint);
        }
        throw new AppException("the input has a word of more than " + (MAX_CHARS - 1) + " characters, after line "
                + given + "; such words are not counted");
    }
}
