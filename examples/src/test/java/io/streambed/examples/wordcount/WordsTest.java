package io.streambed.examples.wordcount;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What a word is. */
class WordsTest {
    @Test
    void areRunsOfLettersAndDigits() {
        assertEquals(List.of("it", "s", "2", "o", "clock"), Words.in("It's 2 o'clock."));
        assertEquals(List.of("a1b2"), Words.in("a1b2"));
        assertEquals(List.of("snake", "case"), Words.in("snake_case"));
    }

    @Test
    void areNoneWhereNoneAre() {
        assertEquals(List.of(), Words.in(""));
        assertEquals(List.of(), Words.in(" \t-—…€😀"));
    }

    @Test
    void mayBeOfAnyScript() {
        assertEquals(List.of("größe", "été", "слово", "数え", "३४"), Words.in("Größe, ÉTÉ; Слово: 数え ३४"));
        // Letters beyond the basic plane are two chars each: Deseret, and a mathematical digit.
        assertEquals(List.of("𐐨x", "𝟜"), Words.in("𐐀X+𝟜"));
    }

    @Test
    void areInLowerCaseWhateverTheLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("tr"));
            assertEquals(List.of("title"), Words.in("TITLE"));
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void endAtHalfACodePoint() {
        assertEquals(List.of("a", "b"), Words.in("a\ud801b"));
    }

    @Test
    void areWhatARegularExpressionFinds() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Pattern word = Pattern.compile("[\\p{L}\\p{Nd}]+");
        for (int round = 0; round < 2_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(40); length > 0; length--) {
                text.appendCodePoint(random.nextBoolean() ? random.nextInt(0x250) : random.nextInt(0x20000));
            }
            List<String> expected = new ArrayList<>();
            word.matcher(text)
                    .results()
                    .forEach(found -> expected.add(found.group().toLowerCase(Locale.ROOT)));
            assertEquals(expected, Words.in(text.toString()), "seed " + seed + ", round " + round);
        }
    }
}
