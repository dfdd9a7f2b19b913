package io.streambed.lsm.testing;

/**
 * Where random tests get their seed and their size from. {@code -Dstreambed.seed=N} repeats a run, {@code -Dstreambed.scale=X}
 * makes it X times as long.
 */
public final class Seeds {
    private Seeds() {}

    /** The seed given, or a new one; printed, so that a failure can be repeated. */
    public static long seed(String test) {
        long seed = Long.getLong("streambed.seed", System.nanoTime());
        System.out.println(test + " -Dstreambed.seed=" + seed + " -Dstreambed.scale=" + scale());
        return seed;
    }

    /** {@code amount} times the scale, at least 1. */
    public static int scaled(int amount) {
        return (int) Math.max(1, Math.round(amount * scale()));
    }

    /** An independent seed for part {@code index} of a test. */
    public static long part(long seed, int index) {
        long mixed = seed + 0x9E37_79B9_7F4A_7C15L * (index + 1);
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return mixed ^ (mixed >>> 31);
    }

    private static double scale() {
        return Double.parseDouble(System.getProperty("streambed.scale", "1.0"));
    }
}
