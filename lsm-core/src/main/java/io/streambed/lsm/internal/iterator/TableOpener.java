package io.streambed.lsm.internal.iterator;

import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.version.Run;
import java.io.IOException;

/** Opens an iterator over one table of a run; who asks closes it. */
@FunctionalInterface
public interface TableOpener {
    /** An iterator over the table at {@code index}, not positioned yet. */
    InternalIterator open(Run run, int index) throws IOException;
}
