package io.streambed.kafka.internal.engine;

import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.LsmException;
import io.streambed.lsm.LsmIterator;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.Snapshot;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.streams.query.Position;
import org.jspecify.annotations.Nullable;

/**
 * A tree as its last commit left it, for queries under {@link QueryIsolation#READ_COMMITTED}. Holding that moment costs little: flush and
 * compaction keep what the last commit sees anyway, as a crash falls back to it.
 *
 * <p>Read by any threads, without a lock; moved on by the thread that commits.
 *
 * <p>Invariant: the snapshot of the current moment is open. A commit puts the next moment in its place and closes the old snapshot then, and
 * from there on compaction may drop what only that one saw. So a read counts if its moment is still the current one when it is done, and is
 * done again otherwise: once for each commit that falls into it.
 */
final class CommittedView {
    /** A commit: its entries, and the position that they stand for. */
    private record Moment(Snapshot snapshot, Position position) {}

    private final LsmTree tree;
    private volatile Moment moment;

    /** The view of a tree that was opened just now, at its last commit. */
    CommittedView(LsmTree tree, Position position) {
        this.tree = tree;
        this.moment = new Moment(tree.committedSnapshot(), position.copy());
    }

    /** After a commit: it is what is seen from now on. */
    void moveOn(Position position) {
        Moment before = moment;
        moment = new Moment(tree.committedSnapshot(), position.copy());
        before.snapshot().close();
    }

    /** The value that {@code key} had at the last commit, or {@code null}. */
    byte @Nullable [] get(byte[] key) {
        return read(snapshot -> tree.get(key, snapshot), value -> {});
    }

    /** Walks a range as it was at the last commit; further commits do not change what the iterator sees. */
    LsmIterator iterator(KeyRange range, Direction direction) {
        // Once it is made it holds on to all that it reads, and no longer needs the snapshot.
        return read(snapshot -> tree.iterator(range, direction, snapshot), LsmIterator::close);
    }

    /** The position of the last commit; never ahead of what is read afterwards. Not to be changed. */
    Position position() {
        return moment.position();
    }

    /**
     * Reads at the last commit.
     *
     * @param read may run several times
     * @param discard gets what it must not return
     */
    <R extends @Nullable Object> R read(Function<Snapshot, R> read, Consumer<R> discard) {
        while (true) {
            Snapshot now = moment.snapshot();
            R result;
            try {
                result = read.apply(now);
            } catch (LsmException e) {
                if (moment.snapshot() == now) {
                    throw e;
                }
                continue;
            }
            if (moment.snapshot() == now) {
                return result;
            }
            discard.accept(result);
        }
    }
}
