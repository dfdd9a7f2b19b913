package io.streambed.lsm.internal.sstable;

import java.util.ArrayDeque;

/**
 * The policy, for its share of the blocks: two queues, first in first out, after the idea of S3-FIFO (Yang and others, 2023).
 *
 * <pre>
 *  new ──► small (a tenth) ──used twice──► main ──► end: used? ──no──► out
 *               │                           ▲  ▲         │
 *               └──not──► out, remembered   │  └──yes────┘
 *  soon again ──────────────────────────────┘
 * </pre>
 *
 * A scan brings in many blocks and uses each once: they pass through the small queue and leave the main one alone. A block
 * that comes back soon after that left too early and goes straight to the main queue. "Soon" is: before as many others left the
 * small queue as the main one holds. To remember that takes two bytes for each block of a table and no table of its own.
 */
final class BlockCacheShard {
    /** What a block costs beyond its bytes: array header, node, and places in queue and slots. */
    private static final int OVERHEAD_BYTES = 64;

    private static final int USES_TO_STAY = 2;

    /** How often a block that is used all the time may be passed over for one eviction: keeps the lock short. */
    private static final int MOST_PASSED_OVER = 64;

    /** Leaving the small queue is counted in steps of such a part of the main queue, so that 16 bits last long. */
    private static final int STEPS = 32;

    private record Node(TableBlocks table, int ordinal, int charge) {}

    private final long capacity;
    private final ArrayDeque<Node> small = new ArrayDeque<>();
    private final ArrayDeque<Node> main = new ArrayDeque<>();
    private long smallBytes;
    private long mainBytes;

    private char step = 1;
    private int leftInStep;

    private long misses;
    private long evictions;

    BlockCacheShard(long capacity) {
        this.capacity = capacity;
    }

    synchronized BlockCache.Stats stats() {
        return new BlockCache.Stats(0, misses, evictions, small.size() + main.size(), smallBytes + mainBytes);
    }

    /** Takes a block in, unless it is there already, too large, or of a table that is gone. */
    synchronized void offer(TableBlocks table, int ordinal, byte[] block) {
        misses++;
        long charge = block.length + (long) OVERHEAD_BYTES;
        if (charge > capacity / 8 || table.dropped || !table.isEmpty(ordinal)) {
            return;
        }
        Node node = new Node(table, ordinal, (int) charge);
        table.put(ordinal, block);
        if (leftRecently(table.ghosts[ordinal])) {
            main.add(node);
            mainBytes += charge;
        } else {
            small.add(node);
            smallBytes += charge;
        }
        while (smallBytes + mainBytes > capacity) {
            evictOne();
        }
    }

    /** Takes out all blocks of a table. */
    synchronized void sweep(TableBlocks table) {
        smallBytes -= sweep(small, table);
        mainBytes -= sweep(main, table);
    }

    private static long sweep(ArrayDeque<Node> queue, TableBlocks table) {
        long[] bytes = new long[1];
        queue.removeIf(node -> {
            if (node.table != table) {
                return false;
            }
            table.remove(node.ordinal);
            bytes[0] += node.charge;
            return true;
        });
        return bytes[0];
    }

    private void evictOne() {
        if (smallBytes > capacity / 10 || main.isEmpty()) {
            evictFromSmall();
        } else {
            evictFromMain();
        }
    }

    private void evictFromSmall() {
        Node node = small.remove();
        smallBytes -= node.charge;
        if (node.table.uses(node.ordinal) >= USES_TO_STAY) {
            node.table.setUses(node.ordinal, 0);
            main.add(node);
            mainBytes += node.charge;
        } else {
            evict(node);
            node.table.ghosts[node.ordinal] = step;
            if (++leftInStep > main.size() / STEPS) {
                leftInStep = 0;
                // 0 stands for "never".
                step = step == Character.MAX_VALUE ? 1 : (char) (step + 1);
            }
        }
    }

    private void evictFromMain() {
        for (int passedOver = 0; ; passedOver++) {
            Node node = main.remove();
            int uses = node.table.uses(node.ordinal);
            if (uses == 0 || passedOver == MOST_PASSED_OVER) {
                mainBytes -= node.charge;
                evict(node);
                return;
            }
            node.table.setUses(node.ordinal, uses - 1);
            main.add(node);
        }
    }

    private void evict(Node node) {
        node.table.remove(node.ordinal);
        evictions++;
    }

    private boolean leftRecently(char leftAt) {
        return leftAt != 0 && (char) (step - leftAt) <= STEPS;
    }
}
