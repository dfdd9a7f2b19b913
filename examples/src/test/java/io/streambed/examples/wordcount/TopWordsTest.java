package io.streambed.examples.wordcount;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.streambed.examples.wordcount.TopWords.Counted;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which words come first. */
class TopWordsTest {
    @Test
    void comeByCountAndThenByWord() {
        TopWords top = new TopWords(4);
        top.add("b", 2);
        top.add("c", 1);
        top.add("z", 9);
        top.add("a", 2);
        top.add("d", 1);
        assertEquals(
                List.of(new Counted("z", 9), new Counted("a", 2), new Counted("b", 2), new Counted("c", 1)),
                top.list());
    }

    @Test
    void comeInTheOrderOfCodePoints() {
        TopWords top = new TopWords(10);
        top.add("\ud801\udc28", 1);
        top.add("\uff21", 1);
        top.add("ab", 1);
        top.add("a", 1);
        // As chars the first half of a pair is less than U+FF21; as code points, and as sort has it, the pair is
        // greater.
        assertEquals(
                List.of("a", "ab", "\uff21", "\ud801\udc28"),
                top.list().stream().map(Counted::word).toList());
    }

    @Test
    void mayBeNone() {
        TopWords top = new TopWords(0);
        top.add("a", 1);
        assertEquals(List.of(), top.list());
    }
}
