package io.streambed.lsm.internal.sstable;

import java.io.IOException;

/**
 * A table was given up while somebody read it: the read view that led there is not the current one any more. A point read, which
 * pins nothing, takes the current view and begins again.
 */
public final class TableRetiredException extends IOException {
    private static final long serialVersionUID = 1L;

    TableRetiredException(String table) {
        super("table " + table + " was given up while it was being read");
    }
}
