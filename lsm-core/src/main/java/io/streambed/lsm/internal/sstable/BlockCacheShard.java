package io.streambed.lsm.internal.sstable;

import java.util.ArrayDeque;

/**
 * The policy, for its share of the blocks: who gets in, and who has to leave.
 *
 * <pre>
 *  missed ──room left?──yes──────────────► queue ──► end: used meanwhile? ──no──► out
 *    │                                      ▲  ▲                 │
 *   no ──missed not long ago?──yes──────────┘  └───────yes───────┘
 *    │
 *   no: not kept, but remembered
 * </pre>
 *
 * <p>A full cache takes in what is missed for the second time within as many misses as it holds blocks. So a scan passes by,
 * and a store that is much larger than the cache does not pay for keeping what is not read again: most misses take no lock,
 * allocate nothing and put nobody out. It is S3-FIFO (Yang and others, 2023) whose first queue has no blocks in it. What that
 * queue would gain, a hit for what comes back very soon, is less than what it costs here: random reads of 2 million entries
 * through a cache of a fifth of them took 1640 ns with it and 1410 ns without any cache.
 *
 * <p>To remember misses takes two bytes for each block of a table, and no table of its own.
 */
final class BlockCacheShard {
    /** What a block costs beyond its bytes: array header, node, and places in queue and slots. */
    private static final int OVERHEAD_BYTES = 64;

    /** How often a block that is used all the time may be passed over for one eviction: keeps the lock short. */
    private static final int MOST_PASSED_OVER = 64;

    /** Misses are counted in steps of such a part of the blocks held, so that 16 bits last long. */
    private static final int STEPS = 32;

    private record Node(TableBlocks table, int ordinal, int charge) {}

    private final ArrayDeque<Node> queue = new ArrayDeque<>();

    // Written under the lock; read without it to see whether there is room, near enough.
    private volatile long capacity;
    private volatile long held;

    private long evictions;

    // The count of misses that were not kept. Written without order by any thread: to lose one does no harm.
    private char step = 1;
    private int missesInStep;

    BlockCacheShard(long capacity) {
        this.capacity = capacity;
    }

    synchronized long blocks() {
        return queue.size();
    }

    synchronized long evictions() {
        return evictions;
    }

    long held() {
        return held;
    }

    /** Whether a block that was missed should be read to be kept. Without a lock. */
    boolean wants(TableBlocks table, int ordinal, int length) {
        long charge = length + (long) OVERHEAD_BYTES;
        if (charge > capacity / 8) {
            return false;
        }
        if (held + charge <= capacity) {
            return true;
        }
        char missedAt = table.missedAt(ordinal);
        if (missedAt != 0 && (char) (step - missedAt) <= STEPS) {
            return true;
        }
        table.setMissedAt(ordinal, step);
        if (++missesInStep > held / charge / STEPS) {
            missesInStep = 0;
            // 0 stands for "never".
            step = step == Character.MAX_VALUE ? 1 : (char) (step + 1);
        }
        return false;
    }

    /** Takes a block in, unless it is there already, too large, or of a table that is gone. */
    synchronized void offer(TableBlocks table, int ordinal, byte[] block) {
        long charge = block.length + (long) OVERHEAD_BYTES;
        if (charge > capacity / 8 || table.dropped || !table.isEmpty(ordinal)) {
            return;
        }
        while (held + charge > capacity) {
            evictOne();
        }
        queue.add(new Node(table, ordinal, (int) charge));
        held += charge;
        table.put(ordinal, block);
    }

    /** Holds no more than {@code bytes} from now on. */
    synchronized void resize(long bytes) {
        capacity = bytes;
        while (held > bytes) {
            evictOne();
        }
    }

    /** Takes out all blocks of a table. */
    synchronized void sweep(TableBlocks table) {
        queue.removeIf(node -> {
            if (node.table == table) {
                remove(node);
                return true;
            }
            return false;
        });
    }

    private synchronized void evictOne() {
        for (int passedOver = 0; ; passedOver++) {
            Node node = queue.remove();
            int uses = node.table.uses(node.ordinal);
            if (uses == 0 || passedOver == MOST_PASSED_OVER) {
                remove(node);
                evictions++;
                return;
            }
            node.table.setUses(node.ordinal, uses - 1);
            queue.add(node);
        }
    }

    private synchronized void remove(Node node) {
        node.table.remove(node.ordinal);
        held -= node.charge;
    }
}
