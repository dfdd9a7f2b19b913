package io.streambed.examples.pageviews;

/**
 * That a user looked at a page, or the mark at the end of a partition.
 *
 * @param partition where it stands in the input topic; all views of a page are in one
 * @param page empty in a mark
 * @param user empty in a mark
 * @param time when it happened, in milliseconds since 1970
 */
record PageView(int partition, String page, String user, long time) {

    /** The end of a partition: so late that all minutes before it close, and no view of a page. */
    static PageView mark(int partition, long time) {
        return new PageView(partition, "", "", time);
    }

    /** Whether a page of that name is none, but the name under which marks stand in the input topic. */
    static boolean isMark(String page) {
        return page.isEmpty();
    }

    boolean isMark() {
        return isMark(page);
    }
}
