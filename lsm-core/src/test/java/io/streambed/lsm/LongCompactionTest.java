package io.streambed.lsm;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.testing.ForwardingFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A long merge beside a writer: while compactions write twice the bytes of a flush, a further one comes. One thread does it all, so that each run
 * is the same: the writer's turn comes when a table is written to.
 */
class LongCompactionTest {
    private static final int ENTRIES_A_FLUSH = 4_000;
    private static final long FLUSH_BYTES = ENTRIES_A_FLUSH * 28L;
    private static final int FLUSHES_BEFORE = 60;

    /** By then the merge should long have ended, and is given up on. */
    private static final int MOST_FLUSHES = 300;

    /** While the long one runs. */
    private final List<LsmEvent.CompactionEnded> meanwhile = new ArrayList<>();

    private final LsmRuntime runtime = LsmRuntime.builder()
            .executor(Runnable::run)
            .eventListener(this::heard)
            .build();

    private @Nullable LsmTree tree;
    private boolean isMerging;
    private boolean isFlushing;
    private long bytesMerged;
    private int flushes;

    @Test
    void comesToItsEnd() {
        LsmOptions options =
                LsmOptions.builder().level0Slowdown(12).level0Stall(2_000).build();
        try (runtime;
                LsmTree opened = runtime.open(new Watched(), options)) {
            tree = opened;
            while (flushes < FLUSHES_BEFORE) {
                flush();
            }
            isMerging = true;
            opened.compact();

            assertFalse(isMerging);
            assertTrue(meanwhile.size() > 1, "level 0 was never spared: " + meanwhile);
            int during = flushes - FLUSHES_BEFORE;
            assertTrue(flushes < MOST_FLUSHES, "it ended only when no more flushes came");
            long bytes = meanwhile.stream()
                    .mapToLong(LsmEvent.CompactionEnded::bytesWritten)
                    .sum();
            assertTrue(
                    bytes < during * FLUSH_BYTES,
                    () -> bytes + " bytes were written for " + during + " flushes: " + meanwhile);
        }
    }

    private void heard(LsmEvent event) {
        if (isMerging && event instanceof LsmEvent.CompactionEnded ended) {
            if (ended.toLevel() > 0) {
                isMerging = false;
            } else {
                meanwhile.add(ended);
            }
        }
    }

    private void flush() {
        isFlushing = true;
        LsmTree open = tree;
        for (int i = 0; i < ENTRIES_A_FLUSH; i++) {
            // In no order, so that each flush overlaps all others.
            long id = (long) flushes * ENTRIES_A_FLUSH + i;
            open.put(ByteBuffer.allocate(8).putLong(id * 0x9e37_79b9_7f4a_7c15L).array(), new byte[12]);
        }
        open.flush();
        flushes++;
        isFlushing = false;
    }

    private final class Watched extends ForwardingFileSystem {
        Watched() {
            super(new MemoryFileSystem());
        }

        @Override
        protected AppendFile watching(String name, AppendFile file) {
            return name.endsWith(".sst") ? new Table(file) : file;
        }
    }

    /** Has the writer put and flush now and then while it is written to. */
    private final class Table extends ForwardingFileSystem.File {
        Table(AppendFile file) {
            super(file);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            super.write(bytes, offset, length);
            if (isMerging && !isFlushing) {
                bytesMerged += length;
                while (bytesMerged >= 2 * FLUSH_BYTES && flushes < MOST_FLUSHES) {
                    bytesMerged -= 2 * FLUSH_BYTES;
                    flush();
                }
            }
        }
    }
}
