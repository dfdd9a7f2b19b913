package io.streambed.lsm.crash;

import io.streambed.lsm.testing.ByteMaps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;

/**
 * The committed states of a tree, in order, and how far back a crash may take it.
 *
 * <p>A state is added before its commit begins, since a crash in the middle may bring back either; it becomes part of a floor
 * once the engine has promised it.
 */
final class History {
    /** What a commit keeps. */
    @SuppressWarnings("ArrayRecordComponent") // compared by isSame
    record State(NavigableMap<byte[], byte[]> map, byte[] metadata) {
        static final State EMPTY = new State(ByteMaps.create(), null);

        boolean isSame(State other) {
            return Arrays.equals(metadata, other.metadata) && ByteMaps.equal(map, other.map);
        }

        @Override
        public String toString() {
            return "metadata " + ByteMaps.show(metadata) + " " + ByteMaps.show(map);
        }
    }

    private final List<State> states = new ArrayList<>();

    /** The last state whose commit has returned. */
    private int acknowledged;

    /** The oldest state that the end of the process may bring back. */
    private int killFloor;

    /** The oldest state that a loss of power may bring back. */
    private int powerFloor;

    /** Of an empty directory. */
    History() {
        states.add(State.EMPTY);
    }

    private History(History from) {
        int oldest = Math.min(from.killFloor, from.powerFloor);
        states.addAll(from.states.subList(oldest, from.states.size()));
        killFloor = from.killFloor - oldest;
        powerFloor = from.powerFloor - oldest;
        acknowledged = from.acknowledged - oldest;
    }

    /** A copy, as of now; states that cannot come back any more are left out. */
    History copy() {
        return new History(this);
    }

    State last() {
        return states.get(states.size() - 1);
    }

    /** A commit begins. */
    void begin(State state) {
        states.add(state);
    }

    /** The commit of the last state has returned. */
    void acknowledge() {
        acknowledged = states.size() - 1;
    }

    /** The last state acknowledged survives the end of the process. */
    void survivesKill() {
        killFloor = acknowledged;
    }

    /** The last state acknowledged survives everything. */
    void survivesPowerLoss() {
        killFloor = acknowledged;
        powerFloor = acknowledged;
    }

    /** What is on disk now is what a loss of power has left: the end of the process takes nothing more, but no less either. */
    void powerWasLost() {
        killFloor = powerFloor;
    }

    /**
     * Recovery has found {@code found}: one of the states that a crash may bring back, or this fails. Later ones have never been.
     *
     * @param everythingIsSynced whether what recovery read had all been synced, so that no later crash may take it away
     */
    void recovered(State found, boolean everythingIsSynced) {
        for (int i = killFloor; i < states.size(); i++) {
            if (states.get(i).isSame(found)) {
                states.subList(i + 1, states.size()).clear();
                acknowledged = i;
                killFloor = i;
                powerFloor = everythingIsSynced ? i : Math.min(powerFloor, i);
                return;
            }
        }
        throw new AssertionError(explain(found));
    }

    private String explain(State found) {
        StringBuilder text = new StringBuilder("recovery found no committed state: " + found);
        for (int i = states.size() - 1; i >= 0; i--) {
            text.append("\n  ").append(i < killFloor ? "too old " : "allowed ").append(states.get(i));
            if (states.get(i).isSame(found)) {
                text.append("   <- this one");
            }
        }
        return text.toString();
    }
}
