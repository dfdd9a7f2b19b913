package io.streambed.examples.benchmark.measure;

/**
 * What one run of a row gave. Times are in nanoseconds, sizes in bytes; -1 is a figure that was not or could not be measured.
 *
 * @param operations operations measured
 * @param wall time from the first to the end of the last
 * @param cpu processor time of all threads of the process, until the work that the operations left to the background was done
 * @param p50 median time of an operation
 * @param p99 time that 99 % of the operations did not exceed
 * @param p999 time that 99.9 % did not exceed
 * @param max the longest
 * @param written bytes written to files, until the background was done
 * @param user bytes of keys and values that the operations wrote
 * @param disk size of the store's directory when the background was done
 * @param live bytes of keys and values that the store then held
 * @param anonymous greatest anonymous memory of the process meanwhile
 * @param pauses number of pauses of the collector
 * @param paused how long they were together
 * @param longestPause how long the longest was
 */
public record Measurement(
        long operations,
        long wall,
        long cpu,
        double p50,
        double p99,
        double p999,
        double max,
        long written,
        long user,
        long disk,
        long live,
        long anonymous,
        long pauses,
        long paused,
        long longestPause) {

    /** A single figure that is a number of things. */
    public static Measurement ofCount(long count) {
        return new Measurement(count, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    }

    /** The same with a processor time that was measured elsewhere; -1 if it is not these operations' alone. */
    public Measurement withCpu(long nanos) {
        return new Measurement(
                operations,
                wall,
                nanos,
                p50,
                p99,
                p999,
                max,
                written,
                user,
                disk,
                live,
                anonymous,
                pauses,
                paused,
                longestPause);
    }

    /** Processor time for each operation. */
    public double cpuPerOperation() {
        return per(cpu, operations);
    }

    /** Operations in a second. */
    public double throughput() {
        return wall <= 0 ? -1 : operations * 1e9 / wall;
    }

    /** Bytes written for each byte that the user wrote. */
    public double writeAmplification() {
        return per(written, user);
    }

    /** Bytes on disk for each byte that the user keeps. */
    public double spaceAmplification() {
        return per(disk, live);
    }

    private static double per(long figure, long of) {
        return figure < 0 || of <= 0 ? -1 : (double) figure / of;
    }
}
