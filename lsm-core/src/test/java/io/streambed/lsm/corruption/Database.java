package io.streambed.lsm.corruption;

import static io.streambed.lsm.testing.ByteMaps.bytes;

import io.streambed.lsm.Compression;
import io.streambed.lsm.Durability;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.WriteBatch;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.testing.ByteMaps;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;

/**
 * A small tree, closed in good order, with every kind of file: tables, some of them with void entries in a range that the
 * manifest names, a log (unless durability is none), manifest and CURRENT.
 *
 * @param states what was committed at commit 0, 1, 2, ...; commit k has the metadata "commit k", commit 0 none
 * @param flushed the last commit that tables and manifest hold
 */
record Database(LsmOptions options, MemoryFileSystem files, List<NavigableMap<byte[], byte[]>> states, int flushed) {

    static Database create(Durability durability, Compression compression) {
        LsmOptions options = LsmOptions.builder()
                .durability(durability)
                .compression(compression)
                .commitEveryWrite(false)
                .blockBytes(512)
                .build();
        return new Builder(options).build();
    }

    int last() {
        return states.size() - 1;
    }

    static byte[] metadata(int commit) {
        return commit == 0 ? null : bytes("commit " + commit);
    }

    private static final class Builder {
        private final LsmOptions options;
        private final NavigableMap<byte[], byte[]> now = ByteMaps.create();
        private final List<NavigableMap<byte[], byte[]>> states = new ArrayList<>(List.of(ByteMaps.create()));
        private MemoryFileSystem files = new MemoryFileSystem();

        Builder(LsmOptions options) {
            this.options = options;
        }

        Database build() {
            try (LsmRuntime runtime =
                    LsmRuntime.builder().executor(Runnable::run).build()) {
                LsmTree tree = runtime.open(files, options);
                putAll(tree, "first ");
                commit(tree);
                tree.flush();
                tree.put(bytes("key 1"), bytes("never committed"));
                tree.put(bytes("key 99"), bytes("never committed"));
                tree.flush();
                MemoryFileSystem killed = files.afterKill();
                tree.close();
                files = killed;
                tree = runtime.open(files, options);
                tree.delete(bytes("key 5"));
                now.remove(bytes("key 5"));
                put(tree, "key 6", "second");
                commit(tree);
                tree.flush();
                int flushed = states.size() - 1;
                for (int i = 0; i < 4; i++) {
                    put(tree, "key " + i, "in the log");
                    writeBatch(tree, i);
                    commit(tree);
                }
                tree.put(bytes("key 0"), bytes("not committed"));
                tree.close();
                return new Database(
                        options,
                        files,
                        List.copyOf(states),
                        options.durability() == Durability.NONE ? states.size() - 1 : flushed);
            }
        }

        private void putAll(LsmTree tree, String value) {
            for (int i = 0; i < 12; i++) {
                put(tree, "key " + i, value.repeat(i % 4 * 5));
            }
        }

        private void put(LsmTree tree, String key, String value) {
            tree.put(bytes(key), bytes(value));
            now.put(bytes(key), bytes(value));
        }

        private void writeBatch(LsmTree tree, int number) {
            byte[] key = bytes("batch " + number);
            tree.write(new WriteBatch().put(key, bytes("b")).delete(bytes("key 7")));
            now.put(key, bytes("b"));
            now.remove(bytes("key 7"));
        }

        private void commit(LsmTree tree) {
            states.add(ByteMaps.copy(now));
            tree.commit(metadata(states.size() - 1));
        }
    }
}
