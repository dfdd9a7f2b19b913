package io.streambed.examples.wordcount;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Texts to count, and what comes out, computed apart from the app. */
final class Texts {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{Nd}]+");
    private static final String[] GAPS = {" ", " ", " ", " ", ", ", ". ", "\n", "\n", "-", "\t", " (", ") ", "\r\n"};

    private Texts() {}

    /** Writes a text of at least so many bytes, all of them ASCII: few words often, many words seldom, as in real ones. */
    static Path write(Path file, long bytes, Random random) throws IOException {
        List<String> words = new ArrayList<>();
        for (int word = 0; word < 20_000; word++) {
            words.add(word(random));
        }
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            for (long written = 0; written < bytes; ) {
                String word = words.get((int) (words.size() * Math.pow(random.nextDouble(), 4)));
                String text = (random.nextInt(8) == 0 ? word.toUpperCase(Locale.ROOT) : word)
                        + GAPS[random.nextInt(GAPS.length)];
                writer.write(text);
                written += text.length();
            }
        }
        return file;
    }

    /** The words of a text and how often they are there. */
    static Map<String, Long> count(Path file) throws IOException {
        Map<String, Long> counts = new HashMap<>();
        WORD.matcher(Files.readString(file))
                .results()
                .forEach(found -> counts.merge(found.group().toLowerCase(Locale.ROOT), 1L, Long::sum));
        return counts;
    }

    /** What the app is to print for a text that it was given so many times. */
    static String printed(Path file, long times) throws IOException {
        return count(file).entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue()
                        .reversed()
                        .thenComparing(entry -> entry.getKey().getBytes(UTF_8), Arrays::compareUnsigned))
                .map(entry -> entry.getValue() * times + "\t" + entry.getKey() + "\n")
                .collect(Collectors.joining());
    }

    /** How many words a text has. */
    static long words(Path file) throws IOException {
        return count(file).values().stream().mapToLong(Long::longValue).sum();
    }

    private static String word(Random random) {
        StringBuilder word = new StringBuilder();
        for (int length = 3 + random.nextInt(12); length > 0; length--) {
            word.append((char) (random.nextInt(40) == 0 ? '0' + random.nextInt(10) : 'a' + random.nextInt(26)));
        }
        return word.toString();
    }
}
