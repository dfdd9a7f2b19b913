package io.streambed.examples.wordcount;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a word is: as many Unicode letters and digits in a row as there are, and then in lower case. Code points count, so a letter
 * outside the basic plane is one letter.
 */
final class Words {
    private Words() {}

    /** The words of a text, in its order. */
    static List<String> in(String text) {
        List<String> words = new ArrayList<>();
        int begin = -1;
        for (int at = 0; at < text.length(); ) {
            int codePoint = text.codePointAt(at);
            if (!Character.isLetterOrDigit(codePoint)) {
                add(words, text, begin, at);
                begin = -1;
            } else if (begin < 0) {
                begin = at;
            }
            at += Character.charCount(codePoint);
        }
        add(words, text, begin, text.length());
        return words;
    }

    private static void add(List<String> words, String text, int begin, int end) {
        if (begin >= 0) {
            words.add(text.substring(begin, end).toLowerCase(Locale.ROOT));
        }
    }
}
