package io.streambed.examples.benchmark.data;

/**
 * The finalizer of SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014): a one-to-one map of
 * 64-bit numbers whose results look random. Being one-to-one it gives different keys for different numbers, and leads back from a key
 * that a store returned to the number that it stands for.
 */
final class Mix {
    private Mix() {}

    static long mix(long number) {
        long z = number;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** The number that {@link #mix} makes {@code mixed} of. The factors are the inverses of its factors modulo 2^64. */
    static long unmix(long mixed) {
        long z = mixed;
        z = (z ^ (z >>> 31) ^ (z >>> 62)) * 0x319642b2d24d8ec3L;
        z = (z ^ (z >>> 27) ^ (z >>> 54)) * 0x96de1b173f119089L;
        return z ^ (z >>> 30) ^ (z >>> 60);
    }
}
