package io.streambed.examples.benchmark.data;

/** A sequence of entries' numbers that looks random, the same one each time. One thread's. */
public interface Ids {
    /** The next one. */
    long next();

    /** All entries alike. */
    static Ids uniform(long entries, long seed) {
        return new Ids() {
            private long state = seed;

            @Override
            public long next() {
                state += 0x9e3779b97f4a7c15L;
                return Math.multiplyHigh(Mix.mix(state) >>> 1, entries << 1);
            }
        };
    }

    /** A few entries very often, most of them seldom. */
    static Ids zipf(long entries, long seed) {
        return new ZipfIds(entries, seed);
    }

    /** Each entry once, in an order that looks random. Goes round again after the last one. */
    static Ids permutation(long entries) {
        return new Ids() {
            private long at;

            @Override
            public long next() {
                long id = ZipfIds.scattered(at, entries);
                at = at + 1 == entries ? 0 : at + 1;
                return id;
            }
        };
    }
}
