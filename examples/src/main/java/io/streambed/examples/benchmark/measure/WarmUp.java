package io.streambed.examples.benchmark.measure;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * Does what is to be measured beforehand, until the JVM has compiled it: its compiler works beside it and would be counted with it. An
 * application runs for weeks, so its first seconds are no figure of a store; on a machine that others use they are more than a few.
 */
public final class WarmUp {
    /** The compiler is done when it takes no more than this share of the time. */
    private static final double AT_REST = 0.02;

    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(30);

    private WarmUp() {}

    /** Something that is to be compiled before it is measured. */
    @FunctionalInterface
    public interface Work {
        void run() throws Exception;
    }

    /** Does the work once, and again while the compiler still had something to do meanwhile; half a minute at the most. */
    public static void run(Work work) throws Exception {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        boolean known = compiler != null && compiler.isCompilationTimeMonitoringSupported();
        long start = System.nanoTime();
        boolean busy = true;
        for (long begin = start; busy && begin - start < MOST_NANOS; begin = System.nanoTime()) {
            long before = known ? compiler.getTotalCompilationTime() : 0;
            work.run();
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            busy = known && compiler.getTotalCompilationTime() - before > AT_REST * millis;
        }
    }
}
