package io.streambed.examples.pageviews;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * The pages with the most views.
 *
 * <p>As bytes, UTF-8: a line for each page, {@code VIEWS<tab>PAGE}.
 *
 * @param pages no more than {@link #LIMIT}, the one with the most views first
 */
record TopPages(List<PageCount> pages) {
    /** How many there are at most. */
    static final int LIMIT = 5;

    /** Of no views at all. */
    static final TopPages NONE = new TopPages(List.of());

    private static final Comparator<PageCount> ORDER =
            Comparator.comparingLong(PageCount::views).reversed().thenComparing(PageCount::page);

    /** A page and its views. */
    record PageCount(String page, long views) {}

    /** Of one page only. */
    static TopPages of(String page, long views) {
        return new TopPages(List.of(new PageCount(page, views)));
    }

    /** Of these pages and others, none of which is among these. */
    TopPages with(TopPages others) {
        return new TopPages(Stream.concat(pages.stream(), others.pages.stream())
                .sorted(ORDER)
                .limit(LIMIT)
                .toList());
    }

    static Serde<TopPages> serde() {
        return Serdes.serdeFrom(
                (topic, top) -> top.told("\t", "\n").getBytes(StandardCharsets.UTF_8),
                (topic, bytes) -> parse(new String(bytes, StandardCharsets.UTF_8)));
    }

    private static TopPages parse(String text) {
        return new TopPages(text.lines()
                .map(line -> line.split("\t", -1))
                .map(parts -> new PageCount(parts[1], Long.parseLong(parts[0])))
                .toList());
    }

    @Override
    public String toString() {
        return told(" ", ", ");
    }

    private String told(String inPage, String between) {
        return pages.stream().map(page -> page.views() + inPage + page.page()).collect(Collectors.joining(between));
    }
}
