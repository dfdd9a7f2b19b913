package io.streambed.examples.bank;

import java.util.Random;

/**
 * How the bank is run.
 *
 * @param instances processes at work at the same time
 * @param kills how often one of them is killed
 * @param accounts accounts that get a deposit
 * @param transfers transfers between them
 * @param filler bytes that each account is to take beyond what it needs
 * @param store where accounts are kept
 * @param guarantee Streams' processing guarantee
 * @param commitMillis how often Streams commits
 * @param smallBuffers whether every second start has write buffers so small that what was not committed stands in tables when it is killed
 * @param seed decides who is killed and when
 */
record Plan(
        int instances,
        int kills,
        long accounts,
        long transfers,
        int filler,
        StoreKind store,
        String guarantee,
        int commitMillis,
        boolean smallBuffers,
        long seed) {

    /** The same with another kind of store, under another guarantee. */
    Plan with(StoreKind otherStore, String otherGuarantee) {
        return new Plan(
                instances,
                kills,
                accounts,
                transfers,
                filler,
                otherStore,
                otherGuarantee,
                commitMillis,
                smallBuffers,
                seed);
    }

    /** For everything that is left to chance, from its beginning. */
    Random random() {
        return new Random(seed);
    }
}
