package io.streambed.lsm.internal.version;

import io.streambed.lsm.bytes.ByteReader;
import io.streambed.lsm.bytes.ByteWriter;
import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.internal.entry.SeqRanges;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What changes from one {@link Version} to the next: one record of the manifest, applied whole or not at all.
 *
 * <p>On disk a sequence of fields, each a tag byte and what the tag calls for (integers are varints, {@code bytes} have their
 * length before them). Never change a tag; an unknown one is refused, since nobody can know what it would have meant.
 *
 * <pre>
 *  1 next file number   number                  greater than every number given so far
 *  2 last seqNo         seqNo                   greatest sequence number of a write that reached a table
 *  3 commit             seqNo                   without metadata
 *  4 commit             seqNo | bytes metadata
 *  5 log created        number
 *  6 logs dropped       number                  all logs below it
 *  7 table added        level | run | number | bytes | entries | tombstones
 *                       | bytes smallest | bytes largest | minSeqNo | maxSeqNo
 *  8 table removed      level | run | number
 *  9 range voided       first | last | number    only tables below that number hold entries of it
 * 10 range swept        first | last            no table holds entries of it any more
 * 11 log removed        number                  whatever it holds is void
 * 12 floor             bytes key               nothing below it counts any more
 * 13 table added       as 7 | overwrites       a table that hides entries of older runs
 * 14 table added       as 13 | earliest 8 | latest 8    a table whose keys have times
 * </pre>
 */
public final class VersionEdit {
    private static final int NEXT_FILE_NUMBER = 1;
    private static final int LAST_SEQ_NO = 2;
    private static final int COMMIT_WITHOUT_METADATA = 3;
    private static final int COMMIT_WITH_METADATA = 4;
    private static final int LOG_CREATED = 5;
    private static final int LOGS_DROPPED = 6;
    private static final int TABLE_ADDED = 7;
    private static final int TABLE_REMOVED = 8;
    private static final int RANGE_VOIDED = 9;
    private static final int RANGE_SWEPT = 10;
    private static final int LOG_REMOVED = 11;
    private static final int FLOOR = 12;
    private static final int OVERWRITING_TABLE_ADDED = 13;
    private static final int TIMED_TABLE_ADDED = 14;

    /** A table and where it stands. */
    public record Placed(int level, long run, TableMeta table) {}

    /** Sequence numbers that do not count; only tables with numbers below {@code tablesBelow} hold any. */
    public record Voided(SeqRanges.Range range, long tablesBelow) {}

    /** A table that leaves its place. */
    public record Removed(int level, long run, long number) {}

    private long nextFileNumber;
    private long lastSeqNo;
    private @Nullable Commit commit;
    private final List<Long> logsCreated = new ArrayList<>();
    private final List<Long> logsRemoved = new ArrayList<>();
    private long logsDroppedBelow;
    private final List<Placed> added = new ArrayList<>();
    private final List<Removed> removed = new ArrayList<>();
    private final List<Voided> voided = new ArrayList<>();
    private final List<SeqRanges.Range> swept = new ArrayList<>();
    private byte[] floor = Version.NO_FLOOR;

    /** Raises the number that the next new file gets. */
    public VersionEdit nextFileNumber(long number) {
        this.nextFileNumber = number;
        return this;
    }

    /** Raises the greatest sequence number that tables hold. */
    public VersionEdit lastSeqNo(long seqNo) {
        this.lastSeqNo = seqNo;
        return this;
    }

    /** Replaces the last commit that tables and manifest know. */
    public VersionEdit commit(Commit newCommit) {
        this.commit = newCommit;
        return this;
    }

    /** Names a new write-ahead log, which must exist from now on. */
    public VersionEdit logCreated(long number) {
        logsCreated.add(number);
        return this;
    }

    /** Forgets one log, because recovery found that nothing in it counts. */
    public VersionEdit logRemoved(long number) {
        logsRemoved.add(number);
        return this;
    }

    /** Forgets the logs with lower numbers, because tables hold what they held. */
    public VersionEdit logsDroppedBelow(long number) {
        this.logsDroppedBelow = number;
        return this;
    }

    /** Adds a table to the run {@code run} of a level; the run comes into being with its first table. */
    public VersionEdit add(int level, long run, TableMeta table) {
        added.add(new Placed(level, run, table));
        return this;
    }

    /** Takes a table out of its run. */
    public VersionEdit remove(int level, long run, long number) {
        removed.add(new Removed(level, run, number));
        return this;
    }

    /** Makes writes void that had reached tables without being committed, all of them with numbers below {@code tablesBelow}. */
    public VersionEdit voided(SeqRanges.Range range, long tablesBelow) {
        voided.add(new Voided(range, tablesBelow));
        return this;
    }

    /** Forgets a void range of which no table holds an entry any more. */
    public VersionEdit swept(SeqRanges.Range range) {
        swept.add(range);
        return this;
    }

    /** Raises the key below which nothing counts any more. */
    public VersionEdit floor(byte[] key) {
        this.floor = key;
        return this;
    }

    long nextFileNumber() {
        return nextFileNumber;
    }

    long lastSeqNo() {
        return lastSeqNo;
    }

    @Nullable
    Commit commit() {
        return commit;
    }

    List<Long> logsCreated() {
        return logsCreated;
    }

    List<Long> logsRemoved() {
        return logsRemoved;
    }

    long logsDroppedBelow() {
        return logsDroppedBelow;
    }

    /** The tables added. */
    public List<Placed> added() {
        return added;
    }

    /** The tables removed. */
    public List<Removed> removed() {
        return removed;
    }

    List<Voided> voided() {
        return voided;
    }

    List<SeqRanges.Range> swept() {
        return swept;
    }

    byte[] floor() {
        return floor;
    }

    byte[] encode() {
        ByteWriter out = new ByteWriter(256);
        if (nextFileNumber > 0) {
            out.writeByte(NEXT_FILE_NUMBER).writeVarint(nextFileNumber);
        }
        if (lastSeqNo > 0) {
            out.writeByte(LAST_SEQ_NO).writeVarint(lastSeqNo);
        }
        Commit newCommit = commit;
        if (newCommit != null) {
            byte[] metadata = newCommit.metadata();
            if (metadata == null) {
                out.writeByte(COMMIT_WITHOUT_METADATA).writeVarint(newCommit.seqNo());
            } else {
                out.writeByte(COMMIT_WITH_METADATA)
                        .writeVarint(newCommit.seqNo())
                        .writeBytes(metadata);
            }
        }
        logsCreated.forEach(number -> out.writeByte(LOG_CREATED).writeVarint(number));
        logsRemoved.forEach(number -> out.writeByte(LOG_REMOVED).writeVarint(number));
        if (logsDroppedBelow > 0) {
            out.writeByte(LOGS_DROPPED).writeVarint(logsDroppedBelow);
        }
        added.forEach(placed -> encode(out, placed));
        for (Removed gone : removed) {
            out.writeByte(TABLE_REMOVED)
                    .writeVarint(gone.level)
                    .writeVarint(gone.run)
                    .writeVarint(gone.number);
        }
        for (Voided declared : voided) {
            encode(out, RANGE_VOIDED, declared.range);
            out.writeVarint(declared.tablesBelow);
        }
        swept.forEach(range -> encode(out, RANGE_SWEPT, range));
        if (floor.length > 0) {
            out.writeByte(FLOOR).writeBytes(floor);
        }
        return out.toByteArray();
    }

    private static void encode(ByteWriter out, int tag, SeqRanges.Range range) {
        out.writeByte(tag).writeVarint(range.first()).writeVarint(range.last());
    }

    private static void encode(ByteWriter out, Placed placed) {
        long overwrites = placed.table.overwrites();
        KeyTimes times = placed.table.times();
        boolean isTimed = !times.equals(KeyTimes.ANY);
        out.writeByte(isTimed ? TIMED_TABLE_ADDED : overwrites > 0 ? OVERWRITING_TABLE_ADDED : TABLE_ADDED)
                .writeVarint(placed.level)
                .writeVarint(placed.run);
        placed.table.encode(out);
        if (isTimed || overwrites > 0) {
            out.writeVarint(overwrites);
        }
        if (isTimed) {
            out.writeFixedLong(times.earliest()).writeFixedLong(times.latest());
        }
    }

    static VersionEdit decode(ByteReader in) throws MalformedBytesException {
        VersionEdit edit = new VersionEdit();
        while (in.remaining() > 0) {
            int tag = in.readByte();
            switch (tag) {
                case NEXT_FILE_NUMBER -> edit.nextFileNumber(in.readVarLong());
                case LAST_SEQ_NO -> edit.lastSeqNo(in.readVarLong());
                case COMMIT_WITHOUT_METADATA -> edit.commit(new Commit(in.readVarLong(), null));
                case COMMIT_WITH_METADATA -> edit.commit(new Commit(in.readVarLong(), in.readBytes()));
                case LOG_CREATED -> edit.logCreated(in.readVarLong());
                case LOG_REMOVED -> edit.logRemoved(in.readVarLong());
                case LOGS_DROPPED -> edit.logsDroppedBelow(in.readVarLong());
                case TABLE_ADDED -> edit.add(in.readVarInt(), in.readVarLong(), TableMeta.decode(in, false, false));
                case OVERWRITING_TABLE_ADDED ->
                    edit.add(in.readVarInt(), in.readVarLong(), TableMeta.decode(in, true, false));
                case TIMED_TABLE_ADDED -> edit.add(in.readVarInt(), in.readVarLong(), TableMeta.decode(in, true, true));
                case TABLE_REMOVED -> edit.remove(in.readVarInt(), in.readVarLong(), in.readVarLong());
                case RANGE_VOIDED -> edit.voided(decodeRange(in), in.readVarLong());
                case RANGE_SWEPT -> edit.swept(decodeRange(in));
                case FLOOR -> edit.floor(in.readBytes());
                default ->
                    throw new MalformedBytesException(
                            "unknown tag " + tag
                                    + " in a version edit: use the release of this library that wrote it, if that is a later one; else it is damaged");
            }
        }
        return edit;
    }

    private static SeqRanges.Range decodeRange(ByteReader in) throws MalformedBytesException {
        long first = in.readVarLong();
        long last = in.readVarLong();
        if (first > last) {
            throw new MalformedBytesException("sequence range ends before it begins: " + first + " to " + last);
        }
        return new SeqRanges.Range(first, last);
    }

    @Override
    public String toString() {
        return "VersionEdit[added " + added + ", removed " + removed + ", commit " + commit + ", logs created "
                + logsCreated + ", logs removed " + logsRemoved + ", logs dropped below " + logsDroppedBelow
                + ", voided " + voided + ", swept " + swept
                + (floor.length > 0 ? ", floor raised" : "") + "]";
    }
}
