package io.streambed.examples.bank;

import java.nio.ByteBuffer;
import java.util.Random;

/**
 * What the postings of one account come to.
 *
 * <pre>
 *  balance 8 | postings 8 | fingerprint 8 | filler, to make the state as big as is wanted
 * </pre>
 *
 * @param balance the sum of their amounts; may be below 0
 * @param postings how many there were
 * @param fingerprint the sum of their fingerprints. With the number it tells that each of them is in it, once
 */
record Account(long balance, long postings, long fingerprint) {
    /** An account without postings. */
    static final Account EMPTY = new Account(0, 0, 0);

    static final int BYTES = 3 * Long.BYTES;

    Account with(Posting posting) {
        return new Account(balance + posting.amount(), postings + 1, fingerprint + posting.fingerprint());
    }

    static Account decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new Account(in.getLong(), in.getLong(), in.getLong());
    }

    /** The bytes of an account without postings, with so much filler. The filler follows from the seed, and no compression gets at it. */
    static byte[] empty(long seed, int filler) {
        byte[] random = new byte[filler];
        new Random(seed).nextBytes(random);
        return ByteBuffer.allocate(BYTES + filler).put(BYTES, random).array();
    }

    /** The bytes of this account, with the filler that {@code before} has. */
    byte[] encode(byte[] before) {
        byte[] bytes = before.clone();
        ByteBuffer.wrap(bytes).putLong(balance).putLong(postings).putLong(fingerprint);
        return bytes;
    }
}
