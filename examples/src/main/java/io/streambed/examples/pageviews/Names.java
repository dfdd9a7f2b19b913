package io.streambed.examples.pageviews;

/**
 * What things are called on the broker; all names begin with the id, which is the Streams application's too.
 *
 * @param id no other application on the cluster has it
 */
record Names(String id) {
    /** The window store of views by page in each minute, as long as the minute may still change. */
    static final String MINUTES = "minutes";

    /** The store of what was emitted when a minute closed: its final count, by page and minute. */
    static final String CLOSED = "closed";

    /** The store of the pages with the most views, by minute. */
    static final String TOP = "top";

    /** The window store of views by page in five minutes, a window for each minute. */
    static final String FIVE_MINUTES = "five-minutes";

    /** The session store of views by user. */
    static final String SESSIONS = "sessions";

    /** What Streams calls the way from views by page to views by user. */
    static final String BY_USER = "by-user";

    /** What Streams calls the way from the closed counts of a minute to its top pages. */
    static final String BY_MINUTE = "by-minute";

    /** The topic of views: key is the page, value the user, time that of the view. */
    String input() {
        return id + "-input";
    }

    /** The topic that says how much of the input is in its topic. */
    String journal() {
        return id + "-journal";
    }

    /** The topic of views by user that Streams makes. */
    String byUser() {
        return id + "-" + BY_USER + "-repartition";
    }

    /** The topic of closed counts by minute that Streams makes. */
    String byMinute() {
        return id + "-" + BY_MINUTE + "-repartition";
    }
}
