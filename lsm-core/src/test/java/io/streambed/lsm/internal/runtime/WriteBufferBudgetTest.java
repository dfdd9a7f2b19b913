package io.streambed.lsm.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WriteBufferBudgetTest {
    private final AtomicLong reserved = new AtomicLong();
    private final WriteBufferBudget budget = new WriteBufferBudget(300, reserved::addAndGet);

    /** A tree that only counts what it is told. */
    private final class Tree implements WriteBufferBudget.Owner {
        private final AtomicInteger told = new AtomicInteger();
        private final AtomicInteger released = new AtomicInteger();
        private final WriteBufferBudget.Account account = budget.open(this);

        @Override
        public void flushForOthers() {
            told.incrementAndGet();
        }

        @Override
        public void memoryReleased() {
            released.incrementAndGet();
        }
    }

    @Test
    void nobodyIsAskedBelowTwoThirds() {
        Tree a = new Tree();
        Tree b = new Tree();
        a.account.active(120);
        b.account.active(80);
        assertFalse(a.account.isAsked() || b.account.isAsked());
        b.account.active(81);
        assertTrue(a.account.isAsked(), "the larger one, which is older as well");
        assertFalse(b.account.isAsked());
        assertEquals(1, a.told.get());
    }

    @Test
    void whoWasAskedIsRemindedAndCountsAsOnItsWay() {
        Tree a = new Tree();
        Tree b = new Tree();
        a.account.active(190);
        b.account.active(20);
        b.account.active(30);
        assertTrue(a.account.isAsked());
        assertFalse(b.account.isAsked(), "without the one that was asked, there is room");
        assertEquals(2, a.told.get(), "it may have been busy the first time");
        a.account.sealed();
        assertFalse(a.account.isAsked());
        assertEquals(220, budget.usedBytes());
        a.account.flushed();
        assertEquals(30, budget.usedBytes());
    }

    @Test
    void aPartMayBeSealedByItself() {
        Tree a = new Tree();
        a.account.active(210);
        assertTrue(a.account.isAsked());
        a.account.sealed(150);
        assertFalse(a.account.isAsked(), "what was asked for is on its way");
        assertEquals(210, budget.usedBytes());
        a.account.active(70);
        a.account.sealed();
        assertEquals(220, budget.usedBytes());
        a.account.flushed();
        assertEquals(70, budget.usedBytes(), "the part was sealed first");
        a.account.flushed();
        assertEquals(0, budget.usedBytes());
    }

    @Test
    void anIdleMemtableIsAskedInTheEnd() {
        Tree idle = new Tree();
        Tree busy = new Tree();
        idle.account.active(40);
        int flushes = 0;
        while (!idle.account.isAsked()) {
            for (long bytes = 10; !busy.account.isAsked() && !idle.account.isAsked(); bytes += 10) {
                busy.account.active(bytes);
            }
            if (busy.account.isAsked()) {
                busy.account.sealed();
                busy.account.flushed();
                flushes++;
            }
            assertTrue(flushes < 100, "it would keep its memory for ever");
        }
        assertTrue(flushes > 2, "but not at once: that would be a small table for a little memory");
    }

    @Test
    void writersWaitOnlyWhileAFlushIsUnderWay() {
        Tree a = new Tree();
        Tree b = new Tree();
        a.account.active(310);
        assertFalse(b.account.mustWait(), "nothing would end the wait");
        a.account.sealed();
        assertTrue(b.account.mustWait());
        b.account.beginWaiting();
        a.account.flushed();
        assertFalse(b.account.mustWait());
        assertEquals(1, b.released.get());
        b.account.endWaiting();
    }

    @Test
    void nobodyWaitsForATreeThatFailed() {
        Tree failed = new Tree();
        Tree other = new Tree();
        failed.account.active(310);
        failed.account.sealed();
        failed.account.close();
        failed.account.close();
        assertFalse(other.account.mustWait());
        assertEquals(0, budget.usedBytes());
        failed.account.active(50);
        failed.account.flushed();
        assertEquals(0, budget.usedBytes());
    }

    @Test
    void whatIsReservedGrowsAtOnceAndShrinksSlowly() {
        Tree a = new Tree();
        a.account.active(160);
        assertEquals(160, reserved.get());
        a.account.sealed();
        a.account.active(16);
        assertEquals(176, reserved.get());
        a.account.flushed();
        assertEquals(165, reserved.get());
        for (int i = 0; i < 100; i++) {
            a.account.sealed();
            a.account.flushed();
        }
        assertTrue(reserved.get() < 16, () -> reserved + " bytes for nothing");
    }
}
