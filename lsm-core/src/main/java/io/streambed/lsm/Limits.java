package io.streambed.lsm;

/** The stated limits of keys and values, checked at the door. */
final class Limits {
    /** 1 MiB. */
    static final int MAX_KEY_BYTES = 1 << 20;

    /** 256 MiB. */
    static final int MAX_VALUE_BYTES = 256 << 20;

    private Limits() {}

    static void checkKey(byte[] key) {
        if (key.length > MAX_KEY_BYTES) {
            throw new LsmException(
                    LsmException.Kind.INVALID,
                    "key of " + key.length + " bytes; the limit is " + MAX_KEY_BYTES + " bytes");
        }
    }

    static void checkValue(byte[] value) {
        if (value.length > MAX_VALUE_BYTES) {
            throw new LsmException(
                    LsmException.Kind.INVALID,
                    "value of " + value.length + " bytes; the limit is " + MAX_VALUE_BYTES + " bytes");
        }
    }
}
