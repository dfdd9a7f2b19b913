package io.streambed.examples.wordcount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.app.AppException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How a text comes apart. */
class LinesTest {
    @Test
    void endAtLineFeeds() throws IOException {
        assertEquals(List.of("one", "", "three\r", "four"), lines("one\n\nthree\r\nfour"));
        assertEquals(List.of("one"), lines("one\n"));
        assertEquals(List.of(), lines(""));
    }

    @Test
    void areCutBetweenWordsWhereTheyAreTooLong() throws IOException {
        Random random = new Random(7);
        StringBuilder text = new StringBuilder();
        while (text.length() < 5 * Lines.MAX_CHARS) {
            text.append("𐐨wort".repeat(1 + random.nextInt(30))).append(random.nextBoolean() ? " " : " 😀 ");
        }
        List<String> lines = lines(text.toString());
        assertTrue(lines.size() >= 5, "lines: " + lines.size());
        assertEquals(text.toString(), String.join("", lines));
        List<String> words = new ArrayList<>();
        for (String line : lines) {
            assertTrue(line.length() <= Lines.MAX_CHARS);
            words.addAll(Words.in(line));
        }
        assertEquals(Words.in(text.toString()), words);
    }

    @Test
    void mayBeJustLongEnough() throws IOException {
        String longest = "x".repeat(Lines.MAX_CHARS - 1);
        assertEquals(List.of(longest, "y"), lines(longest + "\ny"));
        assertEquals(List.of(longest + " ", "y"), lines(longest + " y"));
    }

    @Test
    void refuseAWordThatNoRecordHolds() {
        String message = assertThrows(AppException.class, () -> lines("a\nb\n" + "x".repeat(2 * Lines.MAX_CHARS)))
                .getMessage();
        assertTrue(message.contains("after line 2"), message);
    }

    @Test
    void holdWhatIsNotUtf8AsNoLetter() throws IOException {
        byte[] bytes = {'a', (byte) 0xff, 'b', (byte) 0xc3, '\n', 0, 'c'};
        List<String> lines = lines(new ByteArrayInputStream(bytes));
        assertEquals(2, lines.size());
        assertEquals(List.of("a", "b"), Words.in(lines.get(0)));
        assertEquals(List.of("c"), Words.in(lines.get(1)));
    }

    private static List<String> lines(String text) throws IOException {
        return lines(new ByteArrayInputStream(text.getBytes(UTF_8)));
    }

    private static List<String> lines(InputStream in) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Lines reader = new Lines(in)) {
            for (String line = reader.next(); line != null; line = reader.next()) {
                lines.add(line);
            }
        }
        return lines;
    }
}
