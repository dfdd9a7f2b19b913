package io.streambed.examples.benchmark.data;

import java.util.SplittableRandom;

/**
 * Zipf's distribution with exponent 0.99, as in YCSB; by the method of Gray and others, "Quickly generating billion-record synthetic
 * databases", SIGMOD 1994. Frequent entries are scattered over all. A number costs a power, more than some stores' reads, so they are
 * drawn beforehand and gone through again and again.
 */
final class ZipfIds implements Ids {
    private static final double EXPONENT = 0.99;
    private static final int DRAWN = 1 << 21;

    /** A prime above any number of entries: its multiples meet each remainder once. */
    private static final long PRIME = 2_654_435_761L;

    private final int[] drawn = new int[DRAWN];
    private int at;

    ZipfIds(long entries, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double zeta = 0;
        for (long rank = 1; rank <= entries; rank++) {
            zeta += Math.pow((double) rank, -EXPONENT);
        }
        double two = Math.pow(0.5, EXPONENT);
        double eta = (1 - Math.pow(2.0 / (double) entries, 1 - EXPONENT)) / (1 - (1 + two) / zeta);
        for (int i = 0; i < DRAWN; i++) {
            double u = random.nextDouble();
            double uz = u * zeta;
            long rank;
            if (uz < 1) {
                rank = 0;
            } else if (uz < 1 + two) {
                rank = 1;
            } else {
                rank = (long) ((double) entries * Math.pow(eta * u - eta + 1, 1 / (1 - EXPONENT)));
            }
            drawn[i] = (int) scattered(Math.min(rank, entries - 1), entries);
        }
    }

    @Override
    public long next() {
        int id = drawn[at];
        at = (at + 1) & (DRAWN - 1);
        return id;
    }

    static long scattered(long rank, long entries) {
        return rank * PRIME % entries;
    }
}
