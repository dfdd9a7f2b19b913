package io.streambed.lsm.internal.iterator;

import io.streambed.lsm.bytes.KeptKey;
import io.streambed.lsm.bytes.KeyHead;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryView;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.entry.SeqRanges;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a reader sees who reads at one moment: of each key the newest version up to that moment that is not void, and nothing
 * where that version is a tombstone. Walks a range in one direction.
 */
public final class VisibleIterator implements Closeable {
    private enum State {
        NEW,
        ON_ENTRY,
        AT_END
    }

    private static final byte[] NO_BYTES = {};
    private static final EntryView NOTHING = new EntryView();

    /** Of a walk forward, which has its key and value from the source. Never set. */
    private static final Slice NO_SLICE = new Slice();

    private static final KeptKey NO_KEY = new KeptKey();

    private final InternalIterator source;
    private final long moment;
    private final SeqRanges voids;
    private final @Nullable Slice from;
    private final @Nullable Slice to;

    /** A key whose head is less is before the end of the range, and needs no comparison: nearly all of a long one. */
    private final long headOfTo;

    private final boolean forward;
    private final boolean seesAll;
    private final boolean endsWithRange;

    // Forward the source itself stands on the entry given, and passes its older versions. In reverse the source gives
    // the oldest version first, so key and value of the best version so far are copied out while the source walks on to
    // the first entry of the next key.
    private final KeptKey kept;
    private final Slice key;
    private final Slice value;
    private byte[] valueBuffer = NO_BYTES;
    private State state = State.NEW;
    private boolean sourceOnEntry;

    /** What the source stands on. */
    private EntryView entry = NOTHING;

    // The keys since the last visible one, none of which is: how many, the first of them, and what was known of them.
    private final DeadRanges deadRanges;
    private byte[] firstPassed = NO_BYTES;
    private int firstPassedLength;
    private int passed;
    private DeadRanges.@Nullable DeadRange jumped;

    /**
     * @param source what to look at; owned by the new iterator
     * @param moment the greatest sequence number to see
     * @param voids sequence numbers not to see
     * @param deadRanges where to look, and to tell, when many keys in a row are not visible
     * @param from the first key of the range, or {@code null}
     * @param to the first key behind the range, or {@code null}
     * @param seesAll whether the source has all entries of the range. If not, keys that are not visible here may be so to others, and
     *     nothing is told
     * @param endsWithRange whether the source ends where the range does, in the direction of the walk
     */
    public VisibleIterator(
            InternalIterator source,
            long moment,
            SeqRanges voids,
            DeadRanges deadRanges,
            byte @Nullable [] from,
            byte @Nullable [] to,
            boolean forward,
            boolean seesAll,
            boolean endsWithRange) {
        this.source = source;
        this.moment = moment;
        this.voids = voids;
        this.deadRanges = deadRanges;
        this.from = from == null ? null : Slice.of(from);
        this.to = to == null ? null : Slice.of(to);
        this.headOfTo = to == null ? Long.MAX_VALUE : KeyHead.of(to, 0, to.length);
        this.forward = forward;
        // Many a range is read for each record of an application's input, forward as a rule.
        this.kept = forward ? NO_KEY : new KeptKey();
        this.key = forward ? NO_SLICE : new Slice();
        this.value = forward ? NO_SLICE : new Slice();
        this.seesAll = seesAll;
        this.endsWithRange = endsWithRange;
    }

    /** Goes to the next key that is visible; after {@code false} it stays {@code false}. */
    public boolean next() throws IOException {
        if (state == State.AT_END) {
            return false;
        }
        boolean found = forward ? nextForward() : nextReverse();
        state = found ? State.ON_ENTRY : State.AT_END;
        return found;
    }

    /** The key, good until the next move. */
    public Slice key() {
        requireEntry();
        return forward ? entry.key() : key;
    }

    /** The value, good until the next move. */
    public Slice value() {
        requireEntry();
        return forward ? entry.value() : value;
    }

    @Override
    public void close() throws IOException {
        state = State.AT_END;
        source.close();
    }

    private void requireEntry() {
        if (state != State.ON_ENTRY) {
            throw new IllegalStateException("iterator is not on an entry; next() must have returned true");
        }
    }

    private boolean nextForward() throws IOException {
        boolean on;
        if (state == State.NEW) {
            on = arrive(from == null ? source.first() : source.seek(from));
        } else {
            on = arrive(source.nextKey());
        }
        while (on) {
            if (!isVisible()) {
                on = arrive(source.next());
                continue;
            }
            if (!endsWithRange && isBehindRange(entry.key())) {
                break;
            }
            if (!entry.isTombstone()) {
                tellForward(entry.key());
                return true;
            }
            DeadRanges.DeadRange dead = pass(entry.key());
            if (dead == null) {
                on = arrive(source.nextKey());
            } else {
                byte[] end = dead.to();
                on = end != null && arrive(source.seek(Slice.of(end)));
            }
        }
        tellForward(to);
        return false;
    }

    private boolean nextReverse() throws IOException {
        if (state == State.NEW) {
            sourceOnEntry = arrive(to == null ? source.last() : source.seekBefore(to));
        }
        while (sourceOnEntry) {
            if (!endsWithRange && from != null && entry.key().compareTo(from) < 0) {
                break;
            }
            kept.keep(entry.key());
            kept.show(key);
            boolean live = false;
            do {
                if (isVisible()) {
                    live = !entry.isTombstone();
                    if (live) {
                        keepValue();
                    }
                }
                sourceOnEntry = arrive(source.prev());
            } while (sourceOnEntry && kept.is(entry.key()));
            if (live) {
                tellReverse(behind(key));
                return true;
            }
            DeadRanges.DeadRange dead = pass(key);
            if (dead != null) {
                sourceOnEntry = arrive(source.seekBefore(Slice.of(dead.from())));
            }
        }
        tellReverse(from == null ? new byte[0] : from.toByteArray());
        return false;
    }

    /** Counts a key that is not visible; what is known around it, once there were many. */
    private DeadRanges.@Nullable DeadRange pass(Slice dead) {
        if (passed++ == 0) {
            firstPassed = copy(dead, firstPassed);
            firstPassedLength = dead.length();
        }
        if (passed == DeadRanges.MANY_KEYS) {
            jumped = deadRanges.around(dead, moment);
        }
        return passed == DeadRanges.MANY_KEYS ? jumped : null;
    }

    /** Before {@code end}, which is visible or outside, there were keys that are not. */
    private void tellForward(@Nullable Slice end) {
        if (passed >= DeadRanges.MANY_KEYS) {
            tell(Arrays.copyOf(firstPassed, firstPassedLength), end == null ? null : end.toByteArray());
        }
        passed = 0;
    }

    /** From {@code first} on there were keys that are not visible. */
    private void tellReverse(byte[] first) {
        if (passed >= DeadRanges.MANY_KEYS) {
            tell(first, behind(Slice.of(firstPassed, 0, firstPassedLength)));
        }
        passed = 0;
    }

    private void tell(byte[] first, byte @Nullable [] end) {
        if (!seesAll) {
            jumped = null;
            return;
        }
        DeadRanges.DeadRange found = new DeadRanges.DeadRange(moment, first, end);
        DeadRanges.DeadRange before = jumped;
        jumped = null;
        if (before == null) {
            deadRanges.offer(found);
        } else if (!before.covers(found)) {
            deadRanges.offer(found.with(before));
        }
    }

    /** The first key behind {@code last}. */
    private static byte[] behind(Slice last) {
        return Arrays.copyOf(last.toByteArray(), last.length() + 1);
    }

    /** The source has moved. */
    private boolean arrive(boolean onEntry) {
        if (onEntry) {
            entry = source.entry();
        }
        return onEntry;
    }

    private boolean isBehindRange(Slice current) {
        return to != null
                && KeyHead.of(current.array(), current.offset(), current.length()) >= headOfTo
                && current.compareTo(to) >= 0;
    }

    private boolean isVisible() {
        long seqNo = entry.seqNo();
        return seqNo <= moment && (voids.isEmpty() || !voids.contains(seqNo));
    }

    private void keepValue() {
        Slice current = entry.value();
        valueBuffer = copy(current, valueBuffer);
        value.set(valueBuffer, 0, current.length());
    }

    /** Copies bytes into a buffer, or into a larger one if they are more; returns the one that has them. */
    private static byte[] copy(Slice from, byte[] buffer) {
        int length = from.length();
        byte[] enough = buffer.length < length ? new byte[Math.max(length, 2 * buffer.length)] : buffer;
        System.arraycopy(from.array(), from.offset(), enough, 0, length);
        return enough;
    }
}
