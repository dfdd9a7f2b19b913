package io.streambed.examples.wordcount;

/**
 * What things are called on the broker; all names begin with the id, which is the Streams application's too.
 *
 * @param id no other word count on the cluster has it
 */
record Names(String id) {
    /** The store of counts by word. */
    static final String STORE = "counts";

    /** What Streams calls the way from lines to words. */
    static final String WORDS = "words";

    /** The topic of lines. */
    String input() {
        return id + "-input";
    }

    /** The topic that says how much of which text stands in the topic of lines. */
    String journal() {
        return id + "-journal";
    }

    /** The topic of words that Streams makes between lines and counts. */
    String words() {
        return id + "-" + WORDS + "-repartition";
    }
}
