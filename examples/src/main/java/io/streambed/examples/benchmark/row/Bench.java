package io.streambed.examples.benchmark.row;

import io.streambed.examples.app.Directories;
import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.measure.Measurement;
import io.streambed.examples.benchmark.measure.Meter;
import io.streambed.examples.benchmark.measure.ProcessorWait;
import io.streambed.examples.benchmark.measure.WarmUp;
import io.streambed.examples.benchmark.store.Side;
import io.streambed.examples.benchmark.store.StoreCopy;
import io.streambed.examples.benchmark.store.Subject;
import io.streambed.examples.benchmark.store.Suppliers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Where a scenario finds what it works on and leaves what it measured. One thread's. */
final class Bench {
    private static final String STORE = "store";

    /** Of so many reads one is timed, as asking for the time twice costs a tenth of what the quickest of them do. */
    private static final int READS_A_TIMING = 8;

    /** So many rehearsals come before that of a row that reads ranges; {@link #ranges}. */
    private static final int RANGE_REHEARSALS = 8;

    private static final int RECORDS_OF_A_START = 1000;

    /** How often the wait for processors is asked for, which costs a microsecond or two. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Suppliers suppliers;
    private final Plan plan;
    private final Path directory;
    private final Dataset dataset;
    private final Map<String, Measurement> measured = new LinkedHashMap<>();

    Bench(Suppliers suppliers, Plan plan, Path directory, Dataset dataset) {
        this.suppliers = suppliers;
        this.plan = plan;
        this.directory = directory;
        this.dataset = dataset;
    }

    /** An operation; what it returns is how many it counts for. */
    @FunctionalInterface
    interface Operation {
        long run() throws Exception;
    }

    Suppliers suppliers() {
        return suppliers;
    }

    Plan plan() {
        return plan;
    }

    /** Entries that the store had at the beginning. */
    int entries() {
        return dataset.entries(plan);
    }

    /** Bytes of each value of them. */
    int valueBytes() {
        return dataset.valueBytes();
    }

    /** A directory for a task, which holds the prepared store if it is {@link #taskDirectory()}. */
    Path directory(String name) {
        return directory.resolve(name);
    }

    Path taskDirectory() {
        return directory("task");
    }

    Map<String, Measurement> measured() {
        return measured;
    }

    void report(String part, Measurement measurement) {
        measured.put(part, measurement);
    }

    /** The store that was prepared, or made now where a side keeps nothing. Commits each second while it is written. */
    Subject openPrepared() {
        return openPrepared(Subject.EACH_SECOND);
    }

    Subject openPrepared(long commitNanos) {
        return openPrepared(taskDirectory(), commitNanos);
    }

    private Subject openPrepared(Path task, long commitNanos) {
        Subject subject = Subject.open(suppliers, STORE, task, dataset.keys(), dataset.valueBytes(), commitNanos);
        if (!suppliers.persistent()) {
            dataset.fill(subject, plan);
        }
        return subject;
    }

    /** A new store. */
    Subject openNew(Keys keys, int valueBytes) {
        return openNew(suppliers, keys, valueBytes);
    }

    /** A new store that is configured in its own way. */
    Subject openNew(Suppliers configured, Keys keys, int valueBytes) {
        return Subject.open(configured, STORE, taskDirectory(), keys, valueBytes, Subject.EACH_SECOND);
    }

    /**
     * Has Streams, and this benchmark, load and set up what they need for a store of any kind: configuration, metrics, logging, tasks, records
     * of a changelog. An application that starts has all of it by the time that its first store is opened, so it is no part of what opening
     * costs. It is done with a store of Kafka's in memory, of which neither side has anything.
     */
    void startStreams() {
        try (Subject inMemory = Subject.open(
                Side.IN_MEMORY, STORE, directory("streams"), dataset.keys(), Subject.VALUE_BYTES, Subject.NEVER)) {
            inMemory.restore(Commits.batch(inMemory, 0, RECORDS_OF_A_START));
            inMemory.commit();
        }
    }

    /** Does something to a store that is thrown away, so that it is compiled when it is measured; with a warm store's own files. */
    void warm(Keys keys, int valueBytes, Writing writing) throws Exception {
        warm(away -> {
            try (Subject subject = Subject.open(suppliers, STORE, away, keys, valueBytes, Subject.EACH_SECOND)) {
                writing.run(subject, plan.warmEntries());
                awaitQuiet();
            }
        });
    }

    /** Does something to copies of the store that was prepared, which are thrown away, as {@link #warm} does to new ones. */
    void warmPrepared(Writing writing) throws Exception {
        warm(away -> {
            if (suppliers.persistent()) {
                StoreCopy.copy(taskDirectory(), away);
            }
            try (Subject subject = openPrepared(away, Subject.EACH_SECOND)) {
                writing.run(subject, plan.warmEntries());
                awaitQuiet();
            }
        });
    }

    /** Works in a directory that is thrown away. */
    @FunctionalInterface
    interface Rehearsal {
        void run(Path away) throws Exception;
    }

    /** Does something as often as it takes to have it compiled, in a directory that is thrown away each time. */
    void warm(Rehearsal rehearsal) throws Exception {
        WarmUp.run(() -> {
            Path away = directory("warm");
            rehearsal.run(away);
            delete(away);
        });
        awaitQuiet();
    }

    /** Writes so many entries. */
    @FunctionalInterface
    interface Writing {
        void run(Subject subject, int entries) throws Exception;
    }

    /** Waits until the background has done what was left to it. */
    void awaitQuiet() throws InterruptedException {
        Meter.awaitQuiet(plan.quietMillis());
    }

    Meter meter() {
        return Meter.start(directory.resolve(Child.GC_LOG));
    }

    /** The meter of a rehearsal, whose times are forgotten. */
    Meter rehearsalMeter() {
        return Meter.forRehearsal(directory.resolve(Child.GC_LOG));
    }

    /** Reads, for the time of the plan, after as much of the same for the compiler. One in a few is timed. */
    void reads(String part, Operation operation) throws Exception {
        timed(part, READS_A_TIMING, null, operation);
    }

    /** Operations that are worth a timing each. */
    void operations(String part, Operation operation) throws Exception {
        timed(part, 1, null, operation);
    }

    /**
     * Operations that read short ranges. What many of them in a row make a store do once, as ours merges the runs that they are read in, is
     * done before they are measured: a store that is read for hours has it behind it.
     */
    void ranges(String part, Operation operation) throws Exception {
        run(RANGE_REHEARSALS * plan.warmMillis(), 1, rehearsalMeter(), operation);
        awaitQuiet();
        operations(part, operation);
    }

    /** Writes among other things, each timed, up to the time when the background has done what they left to it. */
    void writes(String part, Subject subject, Operation operation) throws Exception {
        writes(part, subject::userBytes, operation);
    }

    /** The same where {@code userBytes} says how much was written so far. */
    void writes(String part, LongSupplier userBytes, Operation operation) throws Exception {
        timed(part, 1, userBytes, operation);
    }

    /** Writes one of a number of entries or operations. */
    @FunctionalInterface
    interface Step {
        void run(long number) throws Exception;
    }

    /**
     * So many writes, each timed, and a commit; up to the time when the background has done what they left to it.
     *
     * @param live bytes that the store holds then, -1 if its size is of no interest
     */
    void fixedWrites(String part, Subject subject, long count, LongSupplier live, Step step) throws Exception {
        long userBefore = subject.userBytes();
        Meter meter = meter();
        repeat(count, meter, step);
        subject.commit();
        meter.operationsEnded();
        awaitQuiet();
        report(part, meter.end(count, subject.userBytes() - userBefore, subject.directory(), live.getAsLong()));
    }

    /** So many writes as {@link #fixedWrites} does them, unmeasured. */
    void rehearse(long count, Step step) throws Exception {
        repeat(count, rehearsalMeter(), step);
    }

    private static void repeat(long count, Meter meter, Step step) throws Exception {
        long before = System.nanoTime();
        for (long i = 0; i < count; i++) {
            step.run(i);
            long now = System.nanoTime();
            meter.add(now - before);
            before = now;
        }
    }

    /**
     * Steps that write, one after the other for the time of the long fill. Times do not count what this thread waited for a processor
     * that others had: that is not the store's doing, and the longest times are what is looked at.
     *
     * @return how many there were
     */
    long fullSpeed(String part, Subject subject, Step step) throws Exception {
        Meter meter = meter();
        long userBefore = subject.userBytes();
        long number = 0;
        try (ProcessorWait wait = new ProcessorWait()) {
            long begin = System.nanoTime();
            long deadline = begin + TimeUnit.MILLISECONDS.toNanos(plan.fillMillis());
            long look = begin + LOOK_NANOS;
            while (begin - deadline < 0) {
                step.run(number++);
                long end = System.nanoTime();
                long took = end - begin;
                begin = end;
                if (end - look >= 0) {
                    // Since the last look, of which this step was the last: too much by a millisecond at the most.
                    took = Math.max(0, took - wait.nextNanos());
                    begin = System.nanoTime();
                    look = begin + LOOK_NANOS;
                }
                meter.add(took);
            }
        }
        subject.commit();
        meter.operationsEnded();
        awaitQuiet();
        report(part, meter.end(number, subject.userBytes() - userBefore, subject.directory(), -1));
        return number;
    }

    private void timed(String part, int every, @Nullable LongSupplier written, Operation operation) throws Exception {
        Meter rehearsal = rehearsalMeter();
        WarmUp.run(() -> run(plan.warmMillis(), every, rehearsal, operation));
        if (written != null) {
            awaitQuiet();
        }
        long userBefore = written == null ? 0 : written.getAsLong();
        Meter meter = meter();
        long count = run(plan.millis(), every, meter, operation);
        meter.operationsEnded();
        if (written == null) {
            report(part, meter.end(count));
        } else {
            awaitQuiet();
            report(part, meter.end(count, written.getAsLong() - userBefore, null, -1));
        }
    }

    private static long run(int millis, int every, Meter meter, Operation operation) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long count = 0;
        while (true) {
            for (int i = 1; i < every; i++) {
                count += operation.run();
            }
            long begin = System.nanoTime();
            count += operation.run();
            long end = System.nanoTime();
            meter.add(end - begin);
            if (end - deadline >= 0) {
                return count;
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        Directories.delete(directory);
    }
}
