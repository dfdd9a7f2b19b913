package io.streambed.examples.wordcount;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Keeps the words with the highest counts of all that it is shown, in memory for so many only. */
final class TopWords {
    /** A word and how often it was there. */
    record Counted(String word, long count) {
        /** The highest count first, and then by word in the order of code points, which is the order of UTF-8 bytes. */
        static final Comparator<Counted> ORDER = Comparator.comparingLong(Counted::count)
                .reversed()
                .thenComparing(Counted::utf8, Arrays::compareUnsigned);

        private byte[] utf8() {
            return word.getBytes(StandardCharsets.UTF_8);
        }
    }

    private final int limit;
    /** The last one of those kept on top. */
    private final PriorityQueue<Counted> kept = new PriorityQueue<>(Counted.ORDER.reversed());

    TopWords(int limit) {
        this.limit = limit;
    }

    /** Shows it one more word. */
    void add(String word, long count) {
        kept.add(new Counted(word, count));
        if (kept.size() > limit) {
            kept.remove();
        }
    }

    /** The best, the very best first. */
    List<Counted> list() {
        List<Counted> list = new ArrayList<>(kept);
        list.sort(Counted.ORDER);
        return list;
    }
}
