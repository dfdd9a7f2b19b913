package io.streambed.lsm.crash;

import static org.junit.jupiter.api.Assertions.fail;

import io.streambed.lsm.Direction;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.testing.ByteMaps;
import io.streambed.lsm.testing.TreeReads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;

/**
 * The states that a tree was, or was about to be, committed in, oldest first; state 0 is the empty one. An explicit commit has its own
 * number as metadata; a write that commits by itself has none, and is told by its state.
 */
final class CommitHistory {
    private final List<NavigableMap<byte[], byte[]>> states = new ArrayList<>();

    CommitHistory() {
        states.add(ByteMaps.create());
    }

    /** Begins again after a crash that left commit {@code last}. */
    CommitHistory after(int last) {
        CommitHistory history = new CommitHistory();
        history.states.clear();
        history.states.addAll(states.subList(0, last + 1));
        return history;
    }

    /** Adds a state that is about to be committed; returns its number. */
    int attempt(NavigableMap<byte[], byte[]> state) {
        states.add(ByteMaps.copy(state));
        return states.size() - 1;
    }

    int last() {
        return states.size() - 1;
    }

    NavigableMap<byte[], byte[]> state(int number) {
        return states.get(number);
    }

    static byte[] metadata(int number) {
        return ByteMaps.bytes("commit " + number);
    }

    /** Fails unless the tree is exactly at one commit, not older than {@code least}; returns its number. */
    int check(LsmTree tree, int least, boolean explicitCommits) {
        int number = explicitCommits ? byMetadata(tree) : byState(tree, least);
        if (number < least || number > last()) {
            fail("recovered commit " + number + "; expected " + least + " to " + last());
        }
        TreeReads.check(tree, states.get(number));
        return number;
    }

    private static int byMetadata(LsmTree tree) {
        byte[] metadata = tree.committedMetadata();
        return metadata == null ? 0 : Integer.parseInt(ByteMaps.text(metadata).substring("commit ".length()));
    }

    private int byState(LsmTree tree, int least) {
        NavigableMap<byte[], byte[]> found = TreeReads.scan(tree, Direction.FORWARD);
        for (int number = last(); number >= least; number--) {
            if (ByteMaps.equal(states.get(number), found)) {
                return number;
            }
        }
        return fail("recovered a state that was never committed since commit " + least + ": " + ByteMaps.show(found)
                + "\nlast committed: " + ByteMaps.show(states.get(last())) + Arrays.toString(new int[] {last()}));
    }
}
