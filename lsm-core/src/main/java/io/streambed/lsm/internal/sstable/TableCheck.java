package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.CorruptFileException;
import java.io.IOException;
import java.util.Arrays;

/**
 * Reads a whole table and compares its entries with one another and with what the table says of itself. For one run, by one
 * thread.
 */
final class TableCheck {
    private final TableFile file;
    private final Contents table;

    private final SequentialBlocks blocks;
    private final BlockCursor cursor;
    private int ordinal;
    private byte[] lastKey = new byte[0];
    private long lastSeqNo;

    private long entries;
    private long tombstones;
    private long rawKeyBytes;
    private long rawValueBytes;
    private long minSeqNo = Long.MAX_VALUE;
    private long maxSeqNo;

    TableCheck(TableFile file, Contents table) {
        this.file = file;
        this.table = table;
        this.blocks = new SequentialBlocks(file, table.index());
        this.cursor = blocks.cursor();
    }

    void run() throws IOException {
        try {
            checkEntries();
        } finally {
            blocks.close();
        }
        TableSummary summary = table.summary();
        require(Arrays.equals(lastKey, summary.largest()), "last key is not the largest of the properties");
        boolean counted = entries == summary.entries()
                && tombstones == summary.tombstones()
                && rawKeyBytes == summary.rawKeyBytes()
                && rawValueBytes == summary.rawValueBytes()
                && minSeqNo == summary.minSeqNo()
                && maxSeqNo == summary.maxSeqNo();
        require(counted, "entries are not those of the properties: " + summary);
    }

    private void checkEntries() throws IOException {
        for (ordinal = 0; ordinal < table.index().count(); ordinal++) {
            try {
                blocks.enter(ordinal, true);
                for (boolean on = cursor.first(); on; on = cursor.next()) {
                    checkEntry(cursor.entry().key());
                    count();
                }
            } catch (MalformedBytesException e) {
                throw new CorruptFileException(file.name(), table.index().position(ordinal), e);
            }
        }
        ordinal--;
    }

    private void checkEntry(Slice key) throws CorruptFileException {
        int order = key.compareTo(lastKey, 0, lastKey.length);
        if (entries == 0) {
            require(key.contentEquals(table.summary().smallest()), "first key is not the smallest of the properties");
        } else {
            require(order > 0 || (order == 0 && cursor.entry().seqNo() < lastSeqNo), "out of order");
        }
        IndexBlock index = table.index();
        require(compareSeparator(index, ordinal, key) >= 0, "greater than its block's separator");
        // Only the versions of one key may go on behind their separator, which then is that key.
        boolean goesOn = entries > 0 && order == 0;
        require(
                ordinal == 0 || compareSeparator(index, ordinal - 1, key) < (goesOn ? 1 : 0),
                "not greater than the separator of the block before");
        long hash = KeyHash.of(key.array(), key.offset(), key.length());
        require(cursor.tag() == DataBlock.tag(hash), "tag of another key");
        require(table.filter().mayContain(hash), "filter does not know the key");
    }

    private static int compareSeparator(IndexBlock index, int block, Slice key) {
        return index.compareSeparator(block, key.array(), key.offset(), key.length());
    }

    private void count() {
        entries++;
        if (cursor.entry().isTombstone()) {
            tombstones++;
        }
        lastKey = cursor.entry().key().toByteArray();
        lastSeqNo = cursor.entry().seqNo();
        rawKeyBytes += lastKey.length;
        rawValueBytes += cursor.entry().value().length();
        minSeqNo = Math.min(minSeqNo, lastSeqNo);
        maxSeqNo = Math.max(maxSeqNo, lastSeqNo);
    }

    private void require(boolean right, String otherwise) throws CorruptFileException {
        if (!right) {
            throw new CorruptFileException(
                    file.name(), table.index().position(ordinal), "entry " + entries + ": " + otherwise);
        }
    }
}
