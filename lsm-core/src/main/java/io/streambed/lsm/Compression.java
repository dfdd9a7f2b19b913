package io.streambed.lsm;

/** How the blocks of tables are compressed. Tables remember their own; it may be changed from one opening to the next. */
public enum Compression {
    /** Not at all: the fastest to read and write. */
    NONE,

    /** LZ4 by {@code at.yawk.lz4:lz4-java}, which must be on the class path (Kafka's clients bring it); pure Java, no native code. */
    LZ4,

    /**
     * Zstandard, level 3, by {@code com.github.luben:zstd-jni}, which must be on the class path (Kafka's clients bring it): native
     * code. Smaller files than {@link #LZ4}'s, and slower, in writing above all.
     */
    ZSTD
}
