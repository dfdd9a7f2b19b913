package io.streambed.lsm.internal.iterator;

import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.version.TableMeta;
import java.io.IOException;

/** Opens an iterator over one table; who asks closes it. */
@FunctionalInterface
public interface TableOpener {
    /** An iterator over {@code table}, not positioned yet. */
    InternalIterator open(TableMeta table) throws IOException;
}
