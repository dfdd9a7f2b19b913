package io.streambed.lsm.internal.log;

import io.streambed.lsm.bytes.ByteReader;
import io.streambed.lsm.bytes.ByteWriter;
import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.bytes.Slice;

/**
 * The writes of a batch in one array, so that it goes into the log by a single copy. On disk, never change:
 *
 * <pre>
 * put     1 | varint key length | key | varint value length | value
 * delete  0 | varint key length | key
 * </pre>
 */
public final class BatchEncoding {
    private static final int DELETE = 0;
    private static final int PUT = 1;

    private BatchEncoding() {}

    /** Gathers writes. Used by one thread at a time. */
    public static final class Writer {
        private final ByteWriter out = new ByteWriter(256);
        private int count;

        /** Adds a put. */
        public void put(byte[] key, byte[] value) {
            out.writeByte(PUT).writeBytes(key).writeBytes(value);
            count++;
        }

        /** Adds a deletion. */
        public void delete(byte[] key) {
            out.writeByte(DELETE).writeBytes(key);
            count++;
        }

        /** Number of writes. */
        public int count() {
            return count;
        }

        /** Length of the encoding, in bytes. */
        public int length() {
            return out.length();
        }

        /** Forgets all writes. */
        public void clear() {
            out.clear();
            count = 0;
        }

        /** Reads the writes again; good until the next change. */
        public Reader reader() {
            return new Reader(out.array(), 0, out.length());
        }

        byte[] array() {
            return out.array();
        }
    }

    /** Reads writes one after another; the bytes may be wrong. Used by one thread at a time. */
    public static final class Reader {
        private final byte[] array;
        private final ByteReader in;
        private final Slice key = new Slice();
        private final Slice value = new Slice();
        private boolean delete;

        Reader(byte[] array, int offset, int length) {
            this.array = array;
            this.in = new ByteReader(array, offset, length);
        }

        /** Goes to the next write, if there is one. */
        public boolean next() throws MalformedBytesException {
            if (in.remaining() == 0) {
                return false;
            }
            int kind = in.readByte();
            if (kind != PUT && kind != DELETE) {
                throw new MalformedBytesException("unknown kind of write " + kind + " in a batch");
            }
            delete = kind == DELETE;
            view(key);
            if (delete) {
                value.set(array, 0, 0);
            } else {
                view(value);
            }
            return true;
        }

        private void view(Slice slice) throws MalformedBytesException {
            int length = in.readVarInt();
            slice.set(array, in.skip(length), length);
        }

        /** Whether the write is a deletion. */
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
    }
}
