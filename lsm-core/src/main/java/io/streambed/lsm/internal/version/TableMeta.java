package io.streambed.lsm.internal.version;

import io.streambed.lsm.bytes.ByteReader;
import io.streambed.lsm.bytes.ByteWriter;
import io.streambed.lsm.bytes.MalformedBytesException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the manifest knows of a table. Two of them are equal if they have the same number, since numbers are never reused.
 *
 * @param number the file's number
 * @param bytes the file's length
 * @param entries entries in it: puts and tombstones, all versions
 * @param tombstones how many of them are tombstones
 * @param smallest the first user key; not to be changed
 * @param largest the last user key; not to be changed
 * @param minSeqNo the least sequence number in it
 * @param maxSeqNo the greatest sequence number in it
 * @param overwrites how many entries of older runs its own hide, estimated: what a merge with all of them would get rid of
 * @param times the times that its keys have
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by content or not at all; copies would cost and gain nothing.
public record TableMeta(
        long number,
        long bytes,
        long entries,
        long tombstones,
        byte[] smallest,
        byte[] largest,
        long minSeqNo,
        long maxSeqNo,
        long overwrites,
        KeyTimes times) {

    /** Whether a key between {@code from} and {@code to}, both included, may be in the table. */
    public boolean overlaps(byte[] from, byte[] to) {
        return Arrays.compareUnsigned(smallest, to) <= 0 && Arrays.compareUnsigned(from, largest) <= 0;
    }

    /** Entries, here and in older runs, that a merge with all older runs would get rid of: its tombstones and what it hides. */
    public long garbage() {
        return tombstones + overwrites;
    }

    /** Everything but {@code overwrites} and {@code times}. */
    void encode(ByteWriter out) {
        out.writeVarint(number)
                .writeVarint(bytes)
                .writeVarint(entries)
                .writeVarint(tombstones)
                .writeBytes(smallest)
                .writeBytes(largest)
                .writeVarint(minSeqNo)
                .writeVarint(maxSeqNo);
    }

    /** What {@link #encode} wrote, and behind it {@code overwrites}, if the table is known to hide anything, and {@code times}. */
    static TableMeta decode(ByteReader in, boolean withOverwrites, boolean withTimes) throws MalformedBytesException {
        return new TableMeta(
                in.readVarLong(),
                in.readVarLong(),
                in.readVarLong(),
                in.readVarLong(),
                in.readBytes(),
                in.readBytes(),
                in.readVarLong(),
                in.readVarLong(),
                withOverwrites ? in.readVarLong() : 0,
                withTimes ? new KeyTimes(in.readFixedLong(), in.readFixedLong()) : KeyTimes.ANY);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TableMeta that && number == that.number;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(number);
    }

    /** Number and sizes; keys are the user's. */
    @Override
    public String toString() {
        return FileNames.table(number) + "[" + bytes + " bytes, " + entries + " entries, " + tombstones
                + " tombstones, " + overwrites + " overwrites, seq " + minSeqNo + "-" + maxSeqNo + "]";
    }
}
