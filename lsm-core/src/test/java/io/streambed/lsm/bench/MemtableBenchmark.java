package io.streambed.lsm.bench;

import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.memtable.Memtable;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The memtable alone: keys of 16 to 24 random bytes (8 ascending ones where they come in order), values of 100 bytes. Times
 * include making the key from a number and its hash, some 5 ns.
 *
 * <pre>
 *  ./mvnw -q -pl lsm-core test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath -Dmdep.includeScope=test
 *  java -cp lsm-core/target/test-classes:lsm-core/target/classes:$(cat lsm-core/target/classpath) \
 *      org.openjdk.jmh.Main MemtableBenchmark -p entries=1000000
 * </pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgs = "-Xmx3g")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MemtableBenchmark {
    private static final int MILLION = 1_000_000;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** Makes keys from numbers, without touching memory that competes for the caches. */
    @State(Scope.Thread)
    public static class Keys {
        final byte[] bytes = new byte[24];
        final byte[] value = new byte[100];
        int length;
        private long state = 42;

        void random(long number) {
            long mixed = mix(number);
            LONG.set(bytes, 0, mixed);
            LONG.set(bytes, 8, mix(mixed));
            LONG.set(bytes, 16, ~mixed);
            length = 16 + (int) (number % 9);
        }

        void ascending(long number) {
            LONG.set(bytes, 0, number);
            length = 8;
        }

        long hash() {
            return KeyHash.of(bytes, 0, length);
        }

        /** A number below {@code bound}, another each time. */
        long draw(int bound) {
            state += 0x9d6c_3a95_e1b4_5c2bL;
            return Math.multiplyHigh(mix(state) >>> 1, 2L * bound);
        }

        private static long mix(long number) {
            long mixed = (number + 0x5ac6_b38d_72e9_1d4fL) * 0xc39a_56d1_4be2_78a5L;
            mixed = (mixed ^ mixed >>> 32) * 0x9e6f_1d35_c8a7_4b69L;
            return mixed ^ mixed >>> 29;
        }
    }

    /** A memtable that is filled, and begun anew when it is full. */
    @State(Scope.Thread)
    public static class Filling {
        @Param({"130000", "1000000"})
        int entries;

        private Memtable memtable = new Memtable();
        private long seqNo;

        long nextNumber() {
            if (memtable.keys() == entries) {
                memtable = new Memtable();
            }
            return seqNo;
        }

        void put(Keys keys) {
            memtable.put(
                    ++seqNo, EntryKind.PUT, keys.bytes, 0, keys.length, keys.hash(), keys.value, 0, keys.value.length);
        }
    }

    /** A memtable that is full, and sorted. */
    @State(Scope.Thread)
    public static class Full {
        @Param({"130000", "1000000"})
        int entries;

        Memtable memtable;
        long seqNo;

        /** Fills it. */
        @Setup(Level.Iteration)
        public void fill(Keys keys) throws IOException {
            memtable = filled(keys, entries);
            seqNo = entries;
            memtable.allVersions().first();
        }

        void put(Keys keys) {
            memtable.put(
                    ++seqNo, EntryKind.PUT, keys.bytes, 0, keys.length, keys.hash(), keys.value, 0, keys.value.length);
        }

        byte[] get(Keys keys) {
            return memtable.get(keys.bytes, 0, keys.length, keys.hash(), Long.MAX_VALUE);
        }
    }

    /** A million entries that nobody has asked the order of. */
    @State(Scope.Thread)
    public static class Unsorted {
        Memtable memtable;

        /** Fills it. */
        @Setup(Level.Invocation)
        public void fill(Keys keys) {
            memtable = filled(keys, MILLION);
        }
    }

    private static Memtable filled(Keys keys, int entries) {
        Memtable memtable = new Memtable();
        for (int i = 0; i < entries; i++) {
            keys.random(i);
            memtable.put(
                    i + 1, EntryKind.PUT, keys.bytes, 0, keys.length, keys.hash(), keys.value, 0, keys.value.length);
        }
        return memtable;
    }

    @Benchmark
    public void putAscending(Filling filling, Keys keys) {
        keys.ascending(filling.nextNumber());
        filling.put(keys);
    }

    @Benchmark
    public void putRandom(Filling filling, Keys keys) {
        keys.random(filling.nextNumber());
        filling.put(keys);
    }

    @Benchmark
    public void overwrite(Full full, Keys keys) {
        keys.random(keys.draw(full.entries));
        full.put(keys);
        if (full.seqNo == 3L * full.entries) {
            full.memtable = filled(keys, full.entries);
            full.seqNo = full.entries;
        }
    }

    @Benchmark
    public byte[] getHit(Full full, Keys keys) {
        keys.random(keys.draw(full.entries));
        return full.get(keys);
    }

    @Benchmark
    public byte[] getMissing(Full full, Keys keys) {
        keys.random(full.entries + keys.draw(full.entries));
        return full.get(keys);
    }

    @Benchmark
    public long range50(Full full, Keys keys) throws IOException {
        keys.random(keys.draw(full.entries));
        return walk50(full, keys);
    }

    @Benchmark
    public long putThenRange50(Full full, Keys keys) throws IOException {
        keys.random(full.entries + full.seqNo);
        full.put(keys);
        keys.random(keys.draw(full.entries));
        return walk50(full, keys);
    }

    private static long walk50(Full full, Keys keys) throws IOException {
        InternalIterator iterator = full.memtable.iterator(Long.MAX_VALUE);
        long sum = 0;
        int left = 50;
        for (boolean on = iterator.seek(Slice.of(keys.bytes, 0, keys.length)); on && left > 0; on = iterator.next()) {
            sum += iterator.userKey().length() + iterator.value().length();
            left--;
        }
        return sum;
    }

    /** What a flush does before it writes: nanoseconds for a million entries. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @Warmup(iterations = 5)
    @Measurement(iterations = 10)
    public InternalIterator sortMillion(Unsorted unsorted) {
        return unsorted.memtable.allVersions();
    }

    /** Sorting and walking all: nanoseconds for a million entries. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @Warmup(iterations = 5)
    @Measurement(iterations = 10)
    public long sortAndWalkMillion(Unsorted unsorted) throws IOException {
        InternalIterator iterator = unsorted.memtable.allVersions();
        long sum = 0;
        for (boolean on = iterator.first(); on; on = iterator.next()) {
            sum += iterator.userKey().length()
                    + iterator.seqNo()
                    + iterator.value().length();
        }
        return sum;
    }
}
