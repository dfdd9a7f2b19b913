package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.ByteWriter;
import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.internal.entry.EntryKind;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes one table: entries in internal order, then {@link #finish()}. Used by one thread. After any method has thrown {@link
 * IOException}, or when the table is not wanted any more, {@link #close()} gives the file back; deleting it is up to the caller.
 *
 * <p>An entry costs no allocation. Held in memory until the end are the hashes of all keys (8 bytes each, for the filter) and
 * the index.
 */
public final class TableWriter implements Closeable {
    /**
     * How a table is laid out.
     *
     * @param blockBytes what a data block is to have before compression; smaller: less to read for one key, more index in memory
     * @param restartInterval the most entries that share a key prefix with one head; larger: smaller files
     * @param filterBitsPerKey size of the filter; 10 let 1 in 100 missing keys pass
     * @param codec how blocks are compressed that gain an eighth or more
     */
    public record Settings(int blockBytes, int restartInterval, int filterBitsPerKey, BlockCodec codec) {
        /** Fails on what makes no table. */
        public Settings {
            require("block bytes", blockBytes, 1, 64 << 20);
            require("restart interval", restartInterval, 1, 1 << 16);
            require("filter bits per key", filterBitsPerKey, 1, 64);
        }

        /** Blocks of 4 KiB, groups of 16, 10 bits a key. */
        public static Settings withCodec(BlockCodec codec) {
            return new Settings(4096, 16, 10, codec);
        }

        private static void require(String what, int value, int least, int most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(what + " is " + value + ", not from " + least + " to " + most);
            }
        }
    }

    /** A block is stored compressed if that saves at least one byte of so many. */
    private static final int LEAST_GAIN = 8;

    /** A scratch array that one huge block made larger than this is given back. */
    private static final int KEPT_BYTES = 1 << 20;

    private final AppendFile file;
    private final long fileNumber;
    private final Settings settings;
    private final TableOutput out;
    private final BlockBuilder block;
    private final IndexBuilder index = new IndexBuilder();

    private byte[] compressed = new byte[0];

    private long[] keyHashes = new long[1024];
    private int keyCount;
    private byte[] lastKey = new byte[64];
    private int lastKeyLength;
    private long lastSeqNo;
    private byte @Nullable [] smallest;

    private long entries;
    private long tombstones;
    private long rawKeyBytes;
    private long rawValueBytes;
    private long minSeqNo = Long.MAX_VALUE;
    private long maxSeqNo;
    private boolean finished;

    /**
     * Creates the file.
     *
     * @throws java.nio.file.FileAlreadyExistsException if the name is taken
     */
    public TableWriter(FileSystem fileSystem, String fileName, long fileNumber, Settings settings) throws IOException {
        this.file = fileSystem.create(fileName);
        this.fileNumber = fileNumber;
        this.settings = settings;
        this.out = new TableOutput(file, fileNumber);
        this.block = new BlockBuilder(settings.restartInterval());
    }

    /**
     * Appends an entry.
     *
     * @throws IllegalArgumentException if it does not come behind the last one in internal order (user key ascending, sequence
     *     number descending), if the sequence number is less than 1, or if a tombstone has a value
     */
    public void add(Slice userKey, long seqNo, EntryKind kind, Slice value) throws IOException {
        byte[] key = userKey.array();
        int keyOffset = userKey.offset();
        int keyLength = userKey.length();
        int shared = sharedWithLast(key, keyOffset, keyLength);
        boolean newKey = entries == 0 || shared < keyLength || shared < lastKeyLength;
        checkOrder(key, keyOffset, keyLength, shared, newKey, seqNo);
        boolean tombstone = kind == EntryKind.DELETE;
        if (tombstone && value.length() > 0) {
            throw new IllegalArgumentException("a tombstone with a value of " + value.length() + " bytes");
        }
        // The block ends where its size is nearest to what it is to have; so a huge value gets a block for itself.
        if (block.count() > 0
                && block.estimatedBytes() + (keyLength - shared + value.length()) / 2 > settings.blockBytes()) {
            int length = writeBlock();
            if (newKey) {
                index.add(lastKey, lastKeyLength, key, keyOffset, keyLength, shared, length);
            } else {
                index.add(lastKey, lastKeyLength, length);
            }
        }
        if (newKey) {
            long hash = KeyHash.of(key, keyOffset, keyLength);
            if (keyCount == keyHashes.length) {
                keyHashes = Arrays.copyOf(keyHashes, keyCount + (keyCount >> 1));
            }
            keyHashes[keyCount++] = hash;
        }
        byte tag = DataBlock.tag(keyHashes[keyCount - 1]);
        long seqNoAndKind = seqNo << 1 | (tombstone ? 1 : 0);
        block.add(key, keyOffset, keyLength, tag, shared, seqNoAndKind, value.array(), value.offset(), value.length());
        remember(key, keyOffset, keyLength, shared, seqNo);
        entries++;
        if (tombstone) {
            tombstones++;
        }
        rawKeyBytes += keyLength;
        rawValueBytes += value.length();
    }

    /** Whether the last entry has this key. */
    public boolean endsWith(Slice userKey) {
        return entries > 0 && userKey.compareTo(lastKey, 0, lastKeyLength) == 0;
    }

    /** Number of entries added. */
    public long entries() {
        return entries;
    }

    /** Bytes of finished blocks: what is in the file, or about to be. */
    public long bytesWritten() {
        return out.position();
    }

    /** How long the file would be if it were finished now, near enough. */
    public long estimatedBytes() {
        return out.position()
                + (block.count() == 0 ? 0 : block.estimatedBytes())
                + index.estimatedBytes()
                + BloomFilter.estimatedBytes(keyCount, settings.filterBitsPerKey())
                + 2L * lastKeyLength
                + 256;
    }

    /**
     * Writes what is missing, syncs the file and closes it. The name is not synced: that is the directory's.
     *
     * @throws IllegalStateException if there is no entry: an empty table cannot be named by its keys
     */
    public TableSummary finish() throws IOException {
        byte[] first = smallest;
        if (first == null || finished) {
            throw new IllegalStateException(finished ? "table is finished already" : "table without an entry");
        }
        finished = true;
        index.add(lastKey, lastKeyLength, writeBlock());
        BlockHandle filterHandle = writeFilter();
        BlockHandle indexHandle = out.block(index.finish());
        TableSummary properties = summary(first, 0);
        BlockHandle propertiesHandle = out.block(properties.encode());
        Footer footer = new Footer(filterHandle, indexHandle, propertiesHandle);
        out.appendRaw(footer.encode(fileNumber, out.position()), 0, Footer.BYTES);
        out.flush();
        file.sync();
        file.close();
        return summary(first, out.position());
    }

    /** Gives the file back. After {@link #finish()} it does nothing, before that it abandons the table. */
    @Override
    public void close() throws IOException {
        file.close();
    }

    /** By words: to call what compares arrays of any length takes several times as long for keys of forty bytes. */
    private int sharedWithLast(byte[] key, int keyOffset, int keyLength) {
        int shorter = Math.min(keyLength, lastKeyLength);
        int at = 0;
        while (shorter - at >= Long.BYTES) {
            long differing = (long) DataBlock.LONG.get(lastKey, at) ^ (long) DataBlock.LONG.get(key, keyOffset + at);
            if (differing != 0) {
                return at + Long.numberOfTrailingZeros(differing) / Byte.SIZE;
            }
            at += Long.BYTES;
        }
        while (at < shorter && lastKey[at] == key[keyOffset + at]) {
            at++;
        }
        return at;
    }

    private void checkOrder(byte[] key, int keyOffset, int keyLength, int shared, boolean newKey, long seqNo) {
        if (seqNo < 1 || seqNo > Long.MAX_VALUE >> 1) {
            throw new IllegalArgumentException("sequence number " + seqNo);
        }
        if (entries == 0) {
            return;
        }
        boolean behind = newKey
                ? shared == lastKeyLength
                        || (shared < keyLength && (key[keyOffset + shared] & 0xff) > (lastKey[shared] & 0xff))
                : seqNo < lastSeqNo;
        if (!behind) {
            throw new IllegalArgumentException("entry " + entries + " (sequence number " + seqNo
                    + ") does not come behind the one before it (sequence number " + lastSeqNo + ")");
        }
    }

    private void remember(byte[] key, int keyOffset, int keyLength, int shared, long seqNo) {
        if (lastKey.length < keyLength) {
            lastKey = Arrays.copyOf(lastKey, Math.max(keyLength, 2 * lastKey.length));
        }
        System.arraycopy(key, keyOffset + shared, lastKey, shared, keyLength - shared);
        lastKeyLength = keyLength;
        lastSeqNo = seqNo;
        if (smallest == null) {
            smallest = Arrays.copyOfRange(key, keyOffset, keyOffset + keyLength);
        }
        minSeqNo = Math.min(minSeqNo, seqNo);
        maxSeqNo = Math.max(maxSeqNo, seqNo);
    }

    /** Writes the block collected; returns its length as stored. */
    private int writeBlock() throws IOException {
        int length = block.finish();
        out.beginBlock();
        BlockCodec codec = settings.codec();
        if (codec == BlockCodec.NONE && out.hasRoom(length)) {
            // Where it goes: a copy less of all that is flushed and merged.
            block.put(out.room(length), out.roomAt());
            out.fillRoom(length);
        } else {
            codec = appendBlock(length, codec);
        }
        block.clear();
        return out.endBlock(codec.tag());
    }

    /** Appends the block compressed if that gains enough; returns by which codec it is stored. */
    private BlockCodec appendBlock(int length, BlockCodec wanted) throws IOException {
        byte[] bytes = block.bytes();
        int compressedLength = wanted == BlockCodec.NONE ? Integer.MAX_VALUE : compress(wanted, bytes, length);
        boolean gains = compressedLength <= length - length / LEAST_GAIN;
        if (gains) {
            out.append(compressed, 0, compressedLength);
        } else {
            out.append(bytes, 0, length);
        }
        if (compressed.length > KEPT_BYTES) {
            compressed = new byte[0];
        }
        return gains ? wanted : BlockCodec.NONE;
    }

    private int compress(BlockCodec codec, byte[] bytes, int length) {
        int most = codec.maxCompressedLength(length);
        if (compressed.length < most) {
            compressed = new byte[most + most / 8];
        }
        return codec.compress(bytes, 0, length, compressed, 0);
    }

    private BlockHandle writeFilter() throws IOException {
        BloomFilter filter = BloomFilter.of(keyHashes, keyCount, settings.filterBitsPerKey());
        long position = out.position();
        out.beginBlock();
        ByteWriter piece = new ByteWriter(64 * BloomFilter.WORDS_PER_LINE * Long.BYTES);
        piece.writeFixedInt(filter.lines()).writeByte(filter.probes());
        for (long word : filter.words()) {
            if (piece.length() > piece.array().length - Long.BYTES) {
                out.append(piece.array(), 0, piece.length());
                piece.clear();
            }
            piece.writeFixedLong(word);
        }
        out.append(piece.array(), 0, piece.length());
        return new BlockHandle(position, out.endBlock(BlockCodec.NONE.tag()));
    }

    private TableSummary summary(byte[] first, long length) {
        return new TableSummary(
                fileNumber,
                length,
                entries,
                tombstones,
                rawKeyBytes,
                rawValueBytes,
                first,
                Arrays.copyOf(lastKey, lastKeyLength),
                minSeqNo,
                maxSeqNo,
                settings.codec().tag(),
                settings.blockBytes(),
                settings.restartInterval(),
                settings.filterBitsPerKey());
    }
}
