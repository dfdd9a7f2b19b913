package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.internal.entry.EntryKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;

/** An entry, for tests to compare with. */
@SuppressWarnings("ArrayRecordComponent") // Compared below by what is in them.
record Entry(byte[] key, long seqNo, EntryKind kind, byte[] value) {
    /** User key ascending, sequence number descending. */
    static final Comparator<Entry> ORDER = Comparator.comparing(Entry::key, Arrays::compareUnsigned)
            .thenComparing(Comparator.comparingLong(Entry::seqNo).reversed());

    static Entry put(String key, long seqNo, String value) {
        return new Entry(bytes(key), seqNo, EntryKind.PUT, bytes(value));
    }

    static Entry delete(String key, long seqNo) {
        return new Entry(bytes(key), seqNo, EntryKind.DELETE, new byte[0]);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    boolean hasKey(byte[] other) {
        return Arrays.equals(key, other);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Entry that
                && seqNo == that.seqNo
                && kind == that.kind
                && Arrays.equals(key, that.key)
                && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key) * 31 + Long.hashCode(seqNo);
    }

    @Override
    public String toString() {
        String text = key.length <= 40 ? Arrays.toString(key) : "key of " + key.length + " bytes";
        return text + "#" + seqNo + " " + kind + " of " + value.length + " bytes";
    }
}
