package io.streambed.examples.bank;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.streams.KeyValue;

/**
 * Money that goes from one account to another one, or from outside into an account.
 *
 * <pre>
 *  number 8 | from 8 | to 8 | amount 8
 * </pre>
 *
 * @param number from 0 on, in the order of writing
 * @param from the account that pays, or {@link #OUTSIDE} for a deposit
 * @param to the account that gets it
 * @param amount more than 0
 */
record Transfer(long number, long from, long to, long amount) {
    /** Where deposits come from. No account. */
    static final long OUTSIDE = -1;

    /** Records that go through the topology for one that is no deposit: itself and its postings. */
    static final int RECORDS = 3;

    byte[] encode() {
        return ByteBuffer.allocate(4 * Long.BYTES)
                .putLong(number)
                .putLong(from)
                .putLong(to)
                .putLong(amount)
                .array();
    }

    static Transfer decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new Transfer(in.getLong(), in.getLong(), in.getLong(), in.getLong());
    }

    /** Its postings, by account. They commute: what accounts come to does not depend on an order. */
    List<KeyValue<Long, Posting>> postings() {
        KeyValue<Long, Posting> credit = KeyValue.pair(to, new Posting(number, amount));
        return from == OUTSIDE ? List.of(credit) : List.of(KeyValue.pair(from, new Posting(number, -amount)), credit);
    }
}
