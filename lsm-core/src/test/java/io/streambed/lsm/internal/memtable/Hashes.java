package io.streambed.lsm.internal.memtable;

/** A hash of keys for these tests. The memtable takes whatever its caller computed; only equal keys must have equal hashes. */
final class Hashes {
    private Hashes() {}

    static long of(byte[] key) {
        return of(key, 0, key.length);
    }

    static long of(byte[] array, int offset, int length) {
        long hash = length;
        for (int i = 0; i < length; i++) {
            hash = (hash ^ array[offset + i]) * 0x9e6f_1d35_c8a7_4b69L;
            hash ^= hash >>> 32;
        }
        return hash * 0xb5d1_6a4c_39e8_27f3L;
    }
}
