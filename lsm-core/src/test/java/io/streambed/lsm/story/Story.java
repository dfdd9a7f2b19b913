package io.streambed.lsm.story;

import static io.streambed.lsm.testing.ByteMaps.bytes;

import io.streambed.lsm.CompactionStyle;
import io.streambed.lsm.Direction;
import io.streambed.lsm.Durability;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.LsmException;
import io.streambed.lsm.LsmIterator;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.Snapshot;
import io.streambed.lsm.WriteBatch;
import io.streambed.lsm.fs.CrashMode;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.testing.ByteMaps;
import io.streambed.lsm.testing.TracingFileSystem;
import io.streambed.lsm.testing.TreeShape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * A tree that obeys commands, for the texts in {@code src/test/resources/lsm}. Flush and compaction run within the command that
 * calls for them. The tree is opened by {@code open} or by the first command that needs it.
 *
 * <pre>
 * open [none|process|power] [explicit]   explicit: only commit commits
 *      [leveled|tiered|hybrid]           the style of compaction
 * put KEY VALUE, delete KEY              batch put KEY VALUE, delete KEY, ...
 * commit METADATA                        snapshot NAME, release NAME
 * drop KEY: everything below it
 * flush, compact, close, reopen          crash MODE: power loss; kill: end of the process
 * get KEY [@SNAPSHOT]                    scan, rscan [@SNAPSHOT] [FROM TO|PREFIX*]
 * iterator NAME [reverse], next NAME [N], end NAME
 * levels, manifest, files, metadata      trace: what was done to files since the last trace or quiet
 * </pre>
 */
final class Story implements AutoCloseable {
    private static final List<String> STYLES = List.of("leveled", "tiered", "hybrid");

    private final Map<String, Snapshot> snapshots = new HashMap<>();
    private final Map<String, LsmIterator> iterators = new HashMap<>();
    private final LsmRuntime runtime =
            LsmRuntime.builder().executor(Runnable::run).blockCache(false).build();
    private MemoryFileSystem memory = new MemoryFileSystem();
    private TracingFileSystem files = new TracingFileSystem(memory);
    private LsmOptions options = LsmOptions.defaults();
    private LsmTree tree;

    /** Runs one command; answers what it has to say, a failure included. */
    String run(String line) {
        try {
            return run(line.split(" ", -1));
        } catch (LsmException e) {
            return e.kind() + ": " + e.getMessage();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private String run(String[] words) throws IOException {
        switch (words[0]) {
            case "open" -> open(words);
            case "put" -> tree().put(bytes(words[1]), bytes(words[2]));
            case "delete" -> tree().delete(bytes(words[1]));
            case "batch" -> tree().write(batch(words));
            case "commit" -> tree().commit(bytes(words[1]));
            case "snapshot" -> snapshots.put(words[1], tree().snapshot());
            case "release" -> snapshots.remove(words[1]).close();
            case "drop" -> tree().dropBelow(bytes(words[1]));
            case "flush" -> tree().flush();
            case "compact" -> tree().compact();
            case "close" -> closeTree();
            case "reopen" -> {
                closeTree();
                tree();
            }
            case "kill" -> replace(memory.afterKill());
            case "crash" -> replace(memory.afterCrash(CrashMode.valueOf(words[1]), new Random(1)));
            case "iterator" -> iterators.put(words[1], tree().iterator(KeyRange.all(), direction(words.length > 2)));
            case "quiet" -> files.take();
            case "end" -> iterators.remove(words[1]).close();
            default -> {
                return answer(words);
            }
        }
        return "";
    }

    private String answer(String[] words) throws IOException {
        return switch (words[0]) {
            case "get" -> get(words);
            case "scan" -> scan(words, Direction.FORWARD);
            case "rscan" -> scan(words, Direction.REVERSE);
            case "next" -> next(iterators.get(words[1]), words.length > 2 ? Integer.parseInt(words[2]) : 1);
            case "levels" -> TreeShape.levels(memory);
            case "manifest" -> TreeShape.manifest(memory);
            case "files" -> String.join(" ", memory.list());
            case "metadata" -> ByteMaps.show(tree().committedMetadata());
            case "trace" -> String.join("\n", files.take());
            default -> throw new IllegalArgumentException("unknown command " + Arrays.toString(words));
        };
    }

    private LsmTree tree() {
        if (tree == null) {
            tree = runtime.open(files, options);
        }
        return tree;
    }

    private void open(String[] words) {
        LsmOptions.Builder builder = LsmOptions.builder();
        for (String word : List.of(words).subList(1, words.length)) {
            if (word.equals("explicit")) {
                builder.commitEveryWrite(false);
            } else if (STYLES.contains(word)) {
                builder.compactionStyle(CompactionStyle.valueOf(word.toUpperCase(Locale.ROOT)));
            } else {
                builder.durability(Durability.valueOf(word.toUpperCase(Locale.ROOT)));
            }
        }
        options = builder.build();
        tree();
    }

    private void closeTree() {
        tree().close();
        tree = null;
    }

    /** The tree goes on in what is left; what is open of the old one is forgotten. */
    private void replace(MemoryFileSystem left) {
        snapshots.clear();
        iterators.clear();
        tree = null;
        memory = left;
        files = new TracingFileSystem(left);
    }

    private static WriteBatch batch(String[] words) {
        WriteBatch batch = new WriteBatch();
        String rest = String.join(" ", List.of(words).subList(1, words.length));
        for (String write : rest.split(", ", -1)) {
            String[] parts = write.split(" ", -1);
            if (parts[0].equals("put")) {
                batch.put(bytes(parts[1]), bytes(parts[2]));
            } else {
                batch.delete(bytes(parts[1]));
            }
        }
        return batch;
    }

    private String get(String[] words) {
        byte[] key = bytes(words[1]);
        byte[] value = words.length > 2 ? tree().get(key, snapshots.get(words[2].substring(1))) : tree().get(key);
        return words[1] + "=" + (value == null ? "none" : ByteMaps.text(value));
    }

    private String scan(String[] words, Direction direction) {
        List<String> rest = new ArrayList<>(List.of(words).subList(1, words.length));
        Snapshot snapshot = null;
        if (!rest.isEmpty() && rest.get(0).startsWith("@")) {
            snapshot = snapshots.get(rest.remove(0).substring(1));
        }
        KeyRange range = range(rest);
        try (LsmIterator iterator =
                snapshot == null ? tree().iterator(range, direction) : tree().iterator(range, direction, snapshot)) {
            return next(iterator, Integer.MAX_VALUE);
        }
    }

    private static KeyRange range(List<String> words) {
        if (words.isEmpty()) {
            return KeyRange.all();
        }
        String first = words.get(0);
        return words.size() == 1
                ? KeyRange.prefix(bytes(first.substring(0, first.length() - 1)))
                : new KeyRange(bytes(first), bytes(words.get(1)));
    }

    private static String next(LsmIterator iterator, int count) {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (!iterator.next()) {
                found.add("end");
                break;
            }
            found.add(ByteMaps.text(iterator.key().toByteArray()) + "="
                    + ByteMaps.text(iterator.value().toByteArray()));
        }
        return String.join(" ", found);
    }

    private static Direction direction(boolean reverse) {
        return reverse ? Direction.REVERSE : Direction.FORWARD;
    }

    @Override
    public void close() {
        runtime.close();
    }
}
