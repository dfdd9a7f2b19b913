package io.streambed.examples.bank;

import java.nio.ByteBuffer;

/**
 * One side of a transfer: what it does to one account.
 *
 * <pre>
 *  transfer 8 | amount 8
 * </pre>
 *
 * @param transfer the transfer's number
 * @param amount what comes in; negative for what goes out
 */
record Posting(long transfer, long amount) {

    byte[] encode() {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(transfer)
                .putLong(amount)
                .array();
    }

    static Posting decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new Posting(in.getLong(), in.getLong());
    }

    /** Another number for every posting there is, without a pattern, so that sums of them tell what was added. */
    long fingerprint() {
        long mixed = (2 * transfer + (amount < 0 ? 1 : 0) + 1) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        return mixed ^ (mixed >>> 32);
    }
}
