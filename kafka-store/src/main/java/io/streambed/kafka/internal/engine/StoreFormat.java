package io.streambed.kafka.internal.engine;

import java.util.Optional;

/** What the entries of a store's tree are: the kind of store and the format of its values. */
public enum StoreFormat {
    /** Key and value as Streams gives them. */
    KEY_VALUE_PLAIN(1, "plain key-value"),

    /** Values are Streams' {@code [8-byte timestamp][value]}. */
    KEY_VALUE_TIMESTAMPED(2, "timestamped key-value"),

    /** Values are Streams' {@code [varint size][headers][8-byte timestamp][value]}. */
    KEY_VALUE_HEADERS(3, "key-value with headers"),

    /** Windows; values as Streams gives them. */
    WINDOW_PLAIN(4, "plain window"),

    /** Windows; values are Streams' {@code [8-byte timestamp][value]}. */
    WINDOW_TIMESTAMPED(5, "timestamped window"),

    /** Windows; values are Streams' {@code [varint size][headers][8-byte timestamp][value]}. */
    WINDOW_HEADERS(6, "window with headers"),

    /** Sessions; values as Streams gives them. */
    SESSION_PLAIN(7, "plain session"),

    /** Sessions; values are Streams' {@code [varint size][headers][value]}. */
    SESSION_HEADERS(8, "session with headers"),

    /** Versions of keys, as {@link io.streambed.kafka.internal.layout.VersionLayout} draws them. */
    VERSIONED(9, "versioned key-value");

    /** On disk, never change. */
    private final int id;

    private final String text;

    StoreFormat(int id, String text) {
        this.id = id;
        this.text = text;
    }

    int id() {
        return id;
    }

    /** Whether its entries lie in segments of time. */
    boolean isSegmented() {
        return switch (this) {
            case KEY_VALUE_PLAIN, KEY_VALUE_TIMESTAMPED, KEY_VALUE_HEADERS, VERSIONED -> false;
            case WINDOW_PLAIN, WINDOW_TIMESTAMPED, WINDOW_HEADERS, SESSION_PLAIN, SESSION_HEADERS -> true;
        };
    }

    static Optional<StoreFormat> ofId(int id) {
        for (StoreFormat format : values()) {
            if (format.id == id) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /** The format in words, for messages. */
    @Override
    public String toString() {
        return text;
    }
}
