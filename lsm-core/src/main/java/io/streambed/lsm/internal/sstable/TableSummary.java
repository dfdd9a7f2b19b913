package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.ByteReader;
import io.streambed.lsm.bytes.ByteWriter;
import io.streambed.lsm.bytes.MalformedBytesException;

/**
 * What is known of a table as a whole: what the writer hands to whoever names the table, and what stands in its properties.
 * Immutable. Nothing in it depends on a clock: the same entries and settings give the same file.
 *
 * <p>The properties block, except for number and length, which the file itself has. On disk, never change.
 *
 * <pre>
 *  | varint entries | varint tombstones | varint rawKeyBytes | varint rawValueBytes | varint minSeqNo | varint maxSeqNo
 *  | codec 1 | varint blockBytes | varint restartInterval | varint filterBitsPerKey
 *  | varint length, smallest | varint length, largest |
 * </pre>
 *
 * @param number the file's number
 * @param bytes the file's length
 * @param entries entries in it: puts and tombstones, all versions
 * @param tombstones how many of them are tombstones
 * @param rawKeyBytes length of all user keys, each version counted
 * @param rawValueBytes length of all values
 * @param smallest the first user key; not to be changed
 * @param largest the last user key; not to be changed
 * @param minSeqNo the least sequence number in it
 * @param maxSeqNo the greatest sequence number in it
 * @param codec tag of the {@link BlockCodec} that it was written with; blocks that gain nothing are stored as they are
 * @param blockBytes what a data block was to have
 * @param restartInterval the most entries from one head to the next
 * @param filterBitsPerKey bits of the filter for each key
 */
@SuppressWarnings(
        "ArrayRecordComponent") // Keys are never compared as part of a summary, and copies would be read by nobody.
public record TableSummary(
        long number,
        long bytes,
        long entries,
        long tombstones,
        long rawKeyBytes,
        long rawValueBytes,
        byte[] smallest,
        byte[] largest,
        long minSeqNo,
        long maxSeqNo,
        byte codec,
        int blockBytes,
        int restartInterval,
        int filterBitsPerKey) {

    ByteWriter encode() {
        return new ByteWriter(96 + smallest.length + largest.length)
                .writeVarint(entries)
                .writeVarint(tombstones)
                .writeVarint(rawKeyBytes)
                .writeVarint(rawValueBytes)
                .writeVarint(minSeqNo)
                .writeVarint(maxSeqNo)
                .writeByte(codec)
                .writeVarint(blockBytes)
                .writeVarint(restartInterval)
                .writeVarint(filterBitsPerKey)
                .writeBytes(smallest)
                .writeBytes(largest);
    }

    static TableSummary decode(byte[] array, int offset, int length, long fileNumber, long fileLength)
            throws MalformedBytesException {
        ByteReader in = new ByteReader(array, offset, length);
        long entries = in.readVarLong();
        long tombstones = in.readVarLong();
        long rawKeyBytes = in.readVarLong();
        long rawValueBytes = in.readVarLong();
        long minSeqNo = in.readVarLong();
        long maxSeqNo = in.readVarLong();
        byte codec = (byte) in.readByte();
        int blockBytes = in.readVarInt();
        int restartInterval = in.readVarInt();
        int filterBitsPerKey = in.readVarInt();
        byte[] smallest = in.readBytes();
        byte[] largest = in.readBytes();
        in.requireEnd();
        return new TableSummary(
                fileNumber,
                fileLength,
                entries,
                tombstones,
                rawKeyBytes,
                rawValueBytes,
                smallest,
                largest,
                minSeqNo,
                maxSeqNo,
                codec,
                blockBytes,
                restartInterval,
                filterBitsPerKey);
    }

    /** Numbers and sizes; keys are the user's. */
    @Override
    public String toString() {
        return "table " + number + "[" + bytes + " bytes, " + entries + " entries, " + tombstones + " tombstones, seq "
                + minSeqNo + "-" + maxSeqNo + "]";
    }
}
