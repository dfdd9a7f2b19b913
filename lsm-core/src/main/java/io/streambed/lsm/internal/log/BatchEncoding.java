package io.streambed.lsm.internal.log;

import io.streambed.lsm.bytes.ByteWriter;
import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.bytes.Slice;

/**
 * The operations of a batch, one after another in one array: it goes into the log by a single copy, and from there or from
 * here into the memtable. On disk, never change.
 *
 * <pre>
 * put      1 | varint key length | key | varint value length | value
 * delete   2 | varint key length | key
 * </pre>
 */
public final class BatchEncoding {
    /** The longest key, in bytes. */
    public static final int MAX_KEY_BYTES = 1 << 20;

    /** The longest value, in bytes. */
    public static final int MAX_VALUE_BYTES = 256 << 20;

    private static final int PUT = 1;
    private static final int DELETE = 2;

    private BatchEncoding() {}

    /**
     * Refuses what could be written but would not be read again.
     *
     * @throws IllegalArgumentException if the key is too long
     */
    static void checkKey(int length) {
        if (length > MAX_KEY_BYTES) {
            throw new IllegalArgumentException(
                    "key of " + length + " bytes: at most " + MAX_KEY_BYTES + " are possible");
        }
    }

    /** As {@link #checkKey}, for a value. */
    static void checkValue(int length) {
        if (length > MAX_VALUE_BYTES) {
            throw new IllegalArgumentException(
                    "value of " + length + " bytes: at most " + MAX_VALUE_BYTES + " are possible");
        }
    }

    /** Gathers operations. Used by one thread at a time. */
    public static final class Writer {
        private final ByteWriter out = new ByteWriter(256);
        private int count;

        /**
         * Adds a put.
         *
         * @throws IllegalArgumentException if key or value is too long
         */
        public void put(byte[] key, byte[] value) {
            checkKey(key.length);
            checkValue(value.length);
            out.writeByte(PUT).writeBytes(key).writeBytes(value);
            count++;
        }

        /**
         * Adds a deletion.
         *
         * @throws IllegalArgumentException if the key is too long
         */
        public void delete(byte[] key) {
            checkKey(key.length);
            out.writeByte(DELETE).writeBytes(key);
            count++;
        }

        /** Number of operations. */
        public int count() {
            return count;
        }

        /** Length of the encoding, in bytes. */
        public int length() {
            return out.length();
        }

        /** Forgets all operations, and keeps the memory. */
        public void clear() {
            out.clear();
            count = 0;
        }

        /** Reads the operations; good until the next change. */
        public Reader reader() {
            return new Reader().set(out.array(), 0, out.length());
        }

        /** The array that holds the encoding, until the next change. */
        byte[] array() {
            return out.array();
        }
    }

    /**
     * Goes through operations one by one. The bytes may be anything: what is no operation is an error, and nothing is
     * allocated. Used by one thread at a time.
     */
    public static final class Reader {
        private final Slice key = new Slice();
        private final Slice value = new Slice();
        private byte[] array = key.array();
        private int at;
        private int end;
        private boolean delete;

        /** Starts over with other bytes. Returns this. */
        Reader set(byte[] newArray, int offset, int length) {
            this.array = newArray;
            this.at = offset;
            this.end = offset + length;
            return this;
        }

        /** Goes to the next operation; false if there is none. */
        public boolean next() throws MalformedBytesException {
            if (at == end) {
                return false;
            }
            int kind = array[at++];
            if (kind != PUT && kind != DELETE) {
                throw new MalformedBytesException("kind of operation in a batch: expected 1 or 2, found " + kind);
            }
            delete = kind == DELETE;
            take(key, MAX_KEY_BYTES, "key");
            if (delete) {
                value.set(array, at, 0);
            } else {
                take(value, MAX_VALUE_BYTES, "value");
            }
            return true;
        }

        /** Whether the operation deletes its key. */
        public boolean isDelete() {
            return delete;
        }

        /** The key; good until the next move. */
        public Slice key() {
            return key;
        }

        /** The value, empty for a deletion; good until the next move. */
        public Slice value() {
            return value;
        }

        private void take(Slice slice, int max, String what) throws MalformedBytesException {
            int length = readLength();
            if (length < 0 || length > max || length > end - at) {
                throw new MalformedBytesException("length of a " + what + " in a batch: expected at most "
                        + Math.min(max, end - at) + ", found " + Integer.toUnsignedString(length));
            }
            slice.set(array, at, length);
            at += length;
        }

        /** A varint of up to 32 bits; what is longer or cut short becomes a length that is too long. */
        private int readLength() {
            int length = 0;
            for (int shift = 0; shift < 35 && at < end; shift += 7) {
                int b = array[at++];
                length |= (b & 0x7f) << shift;
                if (b >= 0) {
                    return shift == 28 && b > 0xf ? -1 : length;
                }
            }
            return -1;
        }
    }
}
