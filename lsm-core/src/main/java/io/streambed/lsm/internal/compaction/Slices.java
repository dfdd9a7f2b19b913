package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.internal.version.TableMeta;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cuts a merge into slices of the key space, of about the same size, that can be done at the same time. Pure. */
final class Slices {
    /** Below it, beginning another table and another thread gains less than it costs. */
    private static final long LEAST_BYTES = 64 << 20;

    /**
     * A slice.
     *
     * @param from its first key, or {@code null} for the first of all
     * @param to the first key behind it, or {@code null} for none
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared; copies would cost and gain nothing.
    record Bounds(byte @Nullable [] from, byte @Nullable [] to) {}

    private Slices() {}

    /** The slices of a merge in key order, at most {@code most}. Cut where the tables of its largest run begin. */
    static List<Bounds> of(Compaction merge, int most) {
        Compaction.Input largest = merge.inputs().get(0);
        long bytes = 0;
        for (Compaction.Input input : merge.inputs()) {
            bytes += input.run().bytes();
            if (input.run().bytes() > largest.run().bytes()) {
                largest = input;
            }
        }
        long count = Math.max(1, Math.min(most, bytes / LEAST_BYTES));
        List<Bounds> slices = new ArrayList<>();
        byte[] from = null;
        long passed = 0;
        for (TableMeta table : largest.tables()) {
            if (passed > 0 && passed * count >= largest.run().bytes() * (slices.size() + 1)) {
                slices.add(new Bounds(from, table.smallest()));
                from = table.smallest();
            }
            passed += table.bytes();
        }
        slices.add(new Bounds(from, null));
        return slices;
    }
}
