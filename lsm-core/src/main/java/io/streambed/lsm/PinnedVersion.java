package io.streambed.lsm;

import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A version and the number of those who need its files: one for being the current version, one for each iterator on it.
 *
 * <p>Once the count is down to zero it stays there, and the version's owner may delete files. Point reads do not pin: see {@link
 * ReadPath}.
 */
final class PinnedVersion {
    private final Version version;
    private final Versions owner;
    private final List<RunReader> runs;
    private final AtomicInteger pins = new AtomicInteger(1);

    PinnedVersion(Version version, Versions owner, TreeFiles files) {
        this.version = version;
        this.owner = owner;
        List<RunReader> readers = new ArrayList<>();
        for (Run run : version.runs()) {
            readers.add(new RunReader(run, files));
        }
        this.runs = List.copyOf(readers);
    }

    /** The runs, newest data first. */
    List<RunReader> runs() {
        return runs;
    }

    /** Of each run, newest data first, how many ranges were read in it and in others, too, since this version is the current one. */
    long[] seeks() {
        return runs.stream().mapToLong(RunReader::seeks).toArray();
    }

    Version version() {
        return version;
    }

    /** Takes a pin, or answers {@code false} if the version is gone already; the caller then looks for the current one. */
    boolean tryPin() {
        return pins.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    void unpin() {
        int left = pins.decrementAndGet();
        assert left >= 0 : "unpinned more often than pinned";
        if (left == 0) {
            owner.released(version);
        }
    }
}
