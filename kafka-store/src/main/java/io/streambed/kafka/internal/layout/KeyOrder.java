package io.streambed.kafka.internal.layout;

import java.util.Optional;

/** What the entries of a segment are sorted by. */
public enum KeyOrder {
    /** By key, then by time: all of a key's windows lie together. */
    KEY_FIRST(1, "sorted by key"),

    /** By time, then by key: what falls due lies together. An index by key is beside it. */
    TIME_FIRST_INDEXED(2, "sorted by time, with an index by key");

    /** On disk, never change. */
    private final int id;

    private final String text;

    KeyOrder(int id, String text) {
        this.id = id;
        this.text = text;
    }

    /** The number that stands for the order on disk. */
    public int id() {
        return id;
    }

    /** The order that a number on disk stands for. */
    public static Optional<KeyOrder> ofId(int id) {
        for (KeyOrder order : values()) {
            if (order.id == id) {
                return Optional.of(order);
            }
        }
        return Optional.empty();
    }

    /** The order in words, for messages. */
    @Override
    public String toString() {
        return text;
    }
}
