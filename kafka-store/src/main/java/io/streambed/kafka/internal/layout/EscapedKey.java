package io.streambed.kafka.internal.layout;

/**
 * A user's key as the front of an entry's key, so that more can follow: the entries of one key touch, keys keep their order, and no key is
 * taken for the front of another one.
 *
 * <pre>
 *  each byte 00   ->  00 ff
 *  end of key     ->  00 00
 *
 *  61 00 62       ->  61 00 ff 62 00 00 | what follows
 * </pre>
 *
 * <p>On disk, never change.
 */
final class EscapedKey {
    private static final byte ESCAPE = 0;
    private static final byte ZERO = (byte) 0xff;
    private static final byte END = 0;

    private EscapedKey() {}

    /** The escaped {@code key} with {@code room} zero bytes behind it, for the caller to fill. */
    static byte[] of(byte[] key, int room) {
        int zeros = 0;
        for (byte b : key) {
            if (b == ESCAPE) {
                zeros++;
            }
        }
        byte[] escaped = new byte[key.length + zeros + 2 + room];
        if (zeros == 0) {
            System.arraycopy(key, 0, escaped, 0, key.length);
            escaped[key.length] = ESCAPE;
            escaped[key.length + 1] = END;
            return escaped;
        }
        int at = 0;
        for (byte b : key) {
            escaped[at++] = b;
            if (b == ESCAPE) {
                escaped[at++] = ZERO;
            }
        }
        escaped[at++] = ESCAPE;
        escaped[at] = END;
        return escaped;
    }
}
