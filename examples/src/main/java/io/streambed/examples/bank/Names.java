package io.streambed.examples.bank;

/**
 * What the bank's things are called on the cluster.
 *
 * @param id no other bank on the cluster has it
 */
record Names(String id) {
    /** The store of accounts. */
    static final String STORE = "accounts";

    /** What Streams calls the way from transfers to accounts. */
    static final String POSTINGS = "postings";

    /** The topic of transfers. */
    String transfers() {
        return id + "-transfers";
    }

    /** The topic of postings that Streams makes between transfers and accounts. */
    String postings() {
        return id + "-" + POSTINGS + "-repartition";
    }

    /** The changelog of the accounts. */
    String changelog() {
        return id + "-" + STORE + "-changelog";
    }
}
