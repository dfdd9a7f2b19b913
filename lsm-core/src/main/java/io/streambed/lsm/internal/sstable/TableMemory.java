package io.streambed.lsm.internal.sstable;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Contents} of one table while they are in memory, and the way to get them there again. Safe for use by any number
 * of threads; once loaded, getting them takes no lock.
 */
final class TableMemory implements SecondChance.Holder {
    private final TableFile file;
    private final BlockCache blockCache;
    private final ReadCounters counters;
    private final SecondChance<TableMemory> bound;
    private final AtomicReference<@Nullable Contents> contents = new AtomicReference<>();

    /** Used since somebody last asked. Written without order: to lose it does no harm. */
    private boolean used;

    TableMemory(TableFile file, BlockCache blockCache, ReadCounters counters, SecondChance<TableMemory> bound) {
        this.file = file;
        this.blockCache = blockCache;
        this.counters = counters;
        this.bound = bound;
    }

    /** Loads the contents if need be. */
    Contents get() throws IOException {
        Contents current = contents.get();
        if (current == null) {
            return load();
        }
        if (!used) {
            used = true;
        }
        return current;
    }

    /** The contents if they are in memory; that somebody has looked is no use of them. */
    @Nullable
    Contents peek() {
        return contents.get();
    }

    /** Memory held now. */
    long bytes() {
        Contents current = peek();
        return current == null ? 0 : current.bytes();
    }

    /** Forgets the contents for good; the file must be retired before. */
    void retire() {
        bound.forget(this);
        // A load that began before the file was retired has put in what it loaded when this gets the lock.
        synchronized (this) {
            giveUp();
        }
    }

    @Override
    public boolean wasUsed() {
        boolean was = used;
        used = false;
        return was;
    }

    @Override
    public boolean isRetired() {
        return file.isRetired();
    }

    @Override
    public void giveUp() {
        Contents taken = contents.getAndSet(null);
        if (taken != null) {
            taken.blocks().drop();
            bound.released(taken.bytes());
            blockCache.reserve(-taken.bytes());
        }
    }

    /** Loads once, if several threads come at the same time. */
    private Contents load() throws IOException {
        Contents loaded;
        synchronized (this) {
            Contents current = contents.get();
            if (current != null) {
                return current;
            }
            loaded = Contents.read(file, blockCache, counters);
            file.requireInUse();
            bound.reserve(loaded.bytes());
            blockCache.reserve(loaded.bytes());
            contents.set(loaded);
        }
        bound.add(this);
        return loaded;
    }
}
