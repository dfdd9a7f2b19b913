package io.streambed.lsm.internal.log;

import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.MemoryFileSystem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What the tests of logs share: a log of known records, and everything that can be read of one. */
final class Logs {
    static final String NAME = "000007.log";
    static final long NUMBER = 7;

    private Logs() {}

    /** A record as it was written or read. */
    record Item(int type, List<Byte> payload) {
        static Item of(int type, byte[] bytes) {
            return of(type, bytes, 0, bytes.length);
        }

        static Item of(int type, byte[] bytes, int offset, int length) {
            List<Byte> payload = new ArrayList<>(length);
            for (int i = 0; i < length; i++) {
                payload.add(bytes[offset + i]);
            }
            return new Item(type, payload);
        }

        @Override
        public String toString() {
            return "type " + type + ", " + payload.size() + " bytes";
        }
    }

    /** The records of a log, each with the offset behind it, and how it ended. */
    record Content(List<Item> items, List<Long> ends, LogEnd end) {}

    static Content read(FileSystem fs) throws IOException {
        return read(fs, LogExtent.UNKNOWN);
    }

    static Content read(FileSystem fs, LogExtent extent) throws IOException {
        return read(fs, NAME, NUMBER, extent);
    }

    static Content read(FileSystem fs, String name, long number, LogExtent extent) throws IOException {
        List<Item> items = new ArrayList<>();
        List<Long> ends = new ArrayList<>();
        try (LogReader reader = LogReader.open(fs, name, number, LogKind.MANIFEST, extent)) {
            while (reader.next()) {
                items.add(Item.of(reader.type(), reader.payload(), reader.payloadOffset(), reader.payloadLength()));
                ends.add(reader.position());
            }
            return new Content(items, ends, reader.end());
        }
    }

    static LogWriter create(FileSystem fs) throws IOException {
        return create(fs, LogWriter.DEFAULT_BUFFER_BYTES);
    }

    static LogWriter create(FileSystem fs, int bufferBytes) throws IOException {
        return LogWriter.create(fs, NAME, LogKind.MANIFEST, LogHeader.first(NUMBER), bufferBytes);
    }

    /** A file system that holds nothing but such a log. */
    static MemoryFileSystem holding(byte[] content) {
        MemoryFileSystem fs = new MemoryFileSystem();
        fs.setContent(NAME, content);
        return fs;
    }

    static byte[] payload(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static byte[] cut(byte[] content, int length) {
        return Arrays.copyOf(content, length);
    }

    /** The bytes from {@code from} on replaced by zeros. */
    static byte[] zeroed(byte[] content, int from) {
        return Arrays.copyOf(Arrays.copyOf(content, from), content.length);
    }
}
