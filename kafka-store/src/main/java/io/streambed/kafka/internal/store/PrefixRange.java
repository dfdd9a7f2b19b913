package io.streambed.kafka.internal.store;

import io.streambed.lsm.KeyRange;

/**
 * The range of a prefix scan, as Streams' own stores and its cache take it: from the prefix up to the prefix plus one, read as a
 * number.
 *
 * <p>That is not quite {@link KeyRange#prefix}: the number after {@code 01 ff} is {@code 02 00}, so a scan for {@code 01 ff} also
 * finds the key {@code 02}. We answer the same, as a cache above us merges its own half of the answer by this rule, and as a
 * topology must not change its output by changing its store.
 */
final class PrefixRange {
    private PrefixRange() {}

    static KeyRange of(byte[] prefix) {
        byte[] end = prefix.clone();
        for (int i = end.length - 1; i >= 0; i--) {
            if (++end[i] != 0) {
                return new KeyRange(prefix, end);
            }
        }
        // Empty, or all ff: nothing comes behind.
        return new KeyRange(prefix, null);
    }
}
