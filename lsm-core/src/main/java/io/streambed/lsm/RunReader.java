package io.streambed.lsm;

import io.streambed.lsm.internal.sstable.TableReader;
import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.TableMeta;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Point reads in one run. Keeps the tables' readers, so that a read does not look them up again. Any thread; two that find a
 * reader missing look it up both and find the same one.
 */
final class RunReader {
    private final Run run;
    private final TreeFiles files;
    private final @Nullable TableReader[] readers;

    RunReader(Run run, TreeFiles files) {
        this.run = run;
        this.files = files;
        this.readers = new TableReader[run.tables().size()];
    }

    /** The table whose range has {@code key} in it, or {@code null} if there is none. */
    @Nullable
    TableReader tableFor(byte[] key) throws IOException {
        int index = run.firstEndingAtOrAfter(key, 0, key.length);
        if (index == readers.length
                || Arrays.compareUnsigned(run.tables().get(index).smallest(), key) > 0) {
            return null;
        }
        return reader(index);
    }

    private TableReader reader(int index) throws IOException {
        TableReader reader = readers[index];
        if (reader == null) {
            TableMeta table = run.tables().get(index);
            reader = files.reader(table);
            readers[index] = reader;
        }
        return reader;
    }
}
