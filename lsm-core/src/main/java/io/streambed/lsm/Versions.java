package io.streambed.lsm;

import io.streambed.lsm.internal.memtable.Memtable;
import io.streambed.lsm.internal.version.Manifest;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import io.streambed.lsm.internal.version.VersionEdit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The current version and the read view on it; makes the next ones, and deletes files that nobody needs any more.
 *
 * <p>Order of an install, kept by this class alone: the edit is in the manifest and synced; then readers get the new view; then, when
 * the last reader of an older version has gone, files that no living version names are deleted.
 *
 * <p>Invariant: a table's file exists as long as a version with a pin names it. {@code users} counts, for each table, the versions
 * that do, and changes under {@code lock} only.
 */
final class Versions {
    private final String name;
    private final TreeFiles files;
    private final Manifest manifest;
    private final Object lock = new Object();
    private final Map<TableMeta, Integer> users = new HashMap<>();
    private Version current;

    /** Held for a step from one view to the next, never while a file is touched: the writer takes it when a memtable is full. */
    private final Object viewLock = new Object();

    private volatile ReadView view;

    /** Fills a memtable of the first view; {@code null} once that is done. */
    private volatile @Nullable LogReplay replay;

    /** Begins with what recovery found. */
    Versions(
            String name,
            TreeFiles files,
            Manifest manifest,
            Version recovered,
            Memtable active,
            List<SealedMemtable> sealed) {
        this.name = name;
        this.files = files;
        this.manifest = manifest;
        this.current = recovered;
        addUser(recovered);
        this.view = new ReadView(active, sealed, new PinnedVersion(recovered, this, files));
    }

    /** Has everybody who asks for a view wait for this one. Before anybody does. */
    void filledBy(LogReplay newReplay) {
        replay = newReplay;
    }

    /**
     * Where readers look now. Waits, at first, for what the logs hold.
     *
     * @throws LsmException CORRUPTION or IO if that cannot be read; CLOSED if the tree was closed before it was
     */
    ReadView view() {
        LogReplay filling = replay;
        if (filling != null) {
            await(filling);
        }
        return view;
    }

    /**
     * Where writers write now. Waits for nothing: a memtable that is still being filled is not the active one.
     *
     * @throws LsmException as {@link #view}, if it is known by now that the logs cannot be read
     */
    ReadView viewOfWriter() {
        LogReplay filling = replay;
        if (filling != null && filling.isDone()) {
            await(filling);
        }
        return view;
    }

    /** Whether {@link #view} would not have to wait for what the logs hold. */
    boolean hasView() {
        LogReplay filling = replay;
        return filling == null || filling.isDone();
    }

    private void await(LogReplay filling) {
        try {
            if (!filling.await()) {
                throw Errors.closed(name);
            }
        } catch (IOException e) {
            throw Errors.wrap("reading the logs of", name, e);
        }
        replay = null;
    }

    /** Ends the reading of logs, if it has not ended. Says whether the memtable has what they hold. */
    boolean abandonReplay() {
        LogReplay filling = replay;
        try {
            return filling == null || filling.abandon();
        } catch (IOException e) {
            throw Errors.wrap("reading the logs of", name, e);
        }
    }

    /** The tables of the current version, for whoever has no use for memtables. */
    PinnedVersion tables() {
        return view.tables();
    }

    /** A view whose tables are pinned; the caller unpins them. */
    ReadView pinnedView() {
        view();
        while (true) {
            ReadView candidate = view;
            if (candidate.tables().tryPin()) {
                return candidate;
            }
        }
    }

    Version current() {
        return view.tables().version();
    }

    /** Puts a new active memtable in front. Only the writer calls this. */
    void rotate(SealedMemtable sealed, Memtable next) {
        synchronized (viewLock) {
            view = view.rotated(sealed, next);
        }
    }

    /** Writes {@code edit} to the manifest and makes the version after it the current one. */
    void install(VersionEdit edit) throws IOException {
        install(edit, ReadView::with);
    }

    /**
     * Makes sure that the current version is on disk, synced. What recovery read after the process had been killed in the middle of
     * an append may have been in the page cache only.
     */
    void sync() throws IOException {
        synchronized (lock) {
            // Not while another thread is just about to sync it: that is not done yet.
            if (manifest.isSynced()) {
                return;
            }
        }
        install(new VersionEdit());
    }

    /** Raises the floor to {@code key}: from here on no reader sees what is below. Harmless if it is as high already. */
    void raiseFloor(byte[] key) throws IOException {
        if (Arrays.compareUnsigned(current().floor(), key) < 0) {
            install(new VersionEdit().floor(key));
        }
    }

    /** As {@link #install}, and takes {@code flushed} out of the view in the same step. */
    void installFlush(VersionEdit edit, SealedMemtable flushed) throws IOException {
        install(edit, (before, version) -> before.flushed(flushed, version));
    }

    private void install(VersionEdit edit, BiFunction<ReadView, PinnedVersion, ReadView> change) throws IOException {
        PinnedVersion replaced;
        List<Long> droppedLogs;
        synchronized (lock) {
            edit.nextFileNumber(files.nextNumber());
            Version next = current.apply(edit);
            manifest.append(edit, next);
            droppedLogs = new ArrayList<>(current.logs());
            droppedLogs.removeAll(next.logs());
            addUser(next);
            PinnedVersion pinned = new PinnedVersion(next, this, files);
            synchronized (viewLock) {
                replaced = view.tables();
                view = change.apply(view, pinned);
            }
            current = next;
        }
        droppedLogs.forEach(files::deleteLog);
        replaced.unpin();
    }

    /** The last pin of {@code version} is gone. */
    void released(Version version) {
        List<TableMeta> obsolete = new ArrayList<>();
        synchronized (lock) {
            for (TableMeta table : version.tables()) {
                Integer left = users.computeIfPresent(table, (t, count) -> count == 1 ? null : count - 1);
                if (left == null) {
                    obsolete.add(table);
                }
            }
        }
        // At close the last version goes too, and its tables are needed at the next opening.
        Set<TableMeta> named = new HashSet<>(current().tables());
        for (TableMeta table : obsolete) {
            if (!named.contains(table)) {
                files.deleteTable(table.number());
            }
        }
    }

    private void addUser(Version version) {
        for (TableMeta table : version.tables()) {
            users.merge(table, 1, Integer::sum);
        }
    }

    void close() throws IOException {
        manifest.close();
    }
}
