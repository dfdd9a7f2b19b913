package io.streambed.lsm;

import io.streambed.lsm.internal.entry.SeqRanges;
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

    /** A copy of the value, {@link io.streambed.lsm.internal.entry.Lookup#TOMBSTONE}, or {@code null}: ask the next older run. */
    byte @Nullable [] get(byte[] key, long hash, long moment, SeqRanges voids) throws IOException {
        int index = run.firstEndingAtOrAfter(key, 0, key.length);
        if (index == readers.length
                || Arrays.compareUnsigned(run.tables().get(index).smallest(), key) > 0) {
            return null;
        }
        TableReader reader = reader(index);
        return reader.mayContain(hash) ? reader.get(key, 0, key.length, hash, moment, voids) : null;
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
