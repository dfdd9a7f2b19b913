package io.streambed.examples.benchmark.row;

import static io.streambed.examples.benchmark.row.Row.atMost;
import static io.streambed.examples.benchmark.row.Row.cpu;
import static io.streambed.examples.benchmark.row.Row.goal;
import static io.streambed.examples.benchmark.row.Row.p50;
import static io.streambed.examples.benchmark.row.Row.p99;

import io.streambed.examples.benchmark.data.Keys;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** All scenarios, in the order of the table. */
public final class Catalogue {
    /** No more than RocksDB's 2.4 is promised without a log at the normal size, and the log writes all once more. */
    private static final double WITH_LOG = 2.4 / 3.4;

    private static final double LONGEST_PUT = TimeUnit.MILLISECONDS.toNanos(50);

    private Catalogue() {}

    /** All of them; names of scenarios and of rows are unique. */
    public static List<Scenario> scenarios() {
        return Stream.of(writes(), reads(), ranges(), mixed(), large(), windows(), life(), Topologies.scenarios())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Scenario> writes() {
        return List.of(
                of(
                        Dataset.NONE,
                        "fill-sequential",
                        "put of a new key, in order",
                        Fills.each("fill-sequential", Keys.SEQUENTIAL),
                        cpu(3)),
                Scenario.of(
                        Dataset.NONE,
                        Row.of(
                                        "fill-random",
                                        "put of a new key, in random order",
                                        cpu(3.5),
                                        goal(Figure.WRITE_AMPLIFICATION, WITH_LOG),
                                        goal(Figure.SPACE_AMPLIFICATION, 1.1),
                                        goal(Figure.MEMORY, 1))
                                .atBig(goal(Figure.WRITE_AMPLIFICATION, 1), atMost(Figure.SPACE_AMPLIFICATION, 1.3)),
                        Fills.each("fill-random", Keys.RANDOM)),
                of(
                        Dataset.NONE,
                        "fill-random-no-log",
                        "the same with lsm.durability none, as RocksDB writes no log in Streams",
                        Fills.withoutLog("fill-random-no-log"),
                        goal(Figure.WRITE_AMPLIFICATION, 1)),
                of(
                        Dataset.NONE,
                        "fill-long",
                        "put of a new key, at full speed for long",
                        Fills.longFill("fill-long"),
                        goal(Figure.MAX, 1),
                        atMost(Figure.MAX, LONGEST_PUT),
                        goal(Figure.P999, 1)),
                of(
                        Dataset.RANDOM,
                        "overwrite-uniform",
                        "put of a key that is there",
                        Fills.overwriteUniform("overwrite-uniform"),
                        cpu(3.2)),
                of(
                        Dataset.RANDOM,
                        "overwrite-zipf",
                        "the same, a few very often",
                        Fills.overwriteZipf("overwrite-zipf"),
                        cpu(3.5)),
                of(Dataset.NONE, "put-all-100", "putAll of 100 new keys", Fills.putAll("put-all-100"), cpu(2.5)),
                of(
                        Dataset.NONE,
                        "restore",
                        "record of a changelog, 1,000 in a batch",
                        Commits.restore("restore"),
                        cpu(2.5)),
                new Scenario(
                        "deletes",
                        Dataset.HALF,
                        List.of(
                                Row.of("delete", "delete, from the front", cpu(3.5)),
                                Row.of("first-behind-tombstones", "first entry behind all those deleted", p50(500)),
                                Row.of("scan-after-deletes", "entry of a scan after 95 % were deleted", cpu(6))),
                        Deletes.front("delete", "first-behind-tombstones", "scan-after-deletes")),
                of(
                        Dataset.HALF,
                        "queue",
                        "first entry read and deleted, another put at the end",
                        Deletes.queue("queue"),
                        p50(1_000)),
                new Scenario(
                        "commits",
                        Dataset.RANDOM,
                        List.of(
                                Row.of("put-commit-100ms", "put, with a commit each 100 ms", cpu(2.5)),
                                Row.of("commit-100ms", "that commit", p50(1.5))),
                        Commits.eachTenthOfASecond("put-commit-100ms", "commit-100ms")),
                of(
                        Dataset.RANDOM,
                        "commit-after-10",
                        "commit after 10 puts",
                        Commits.afterTen("commit-after-10"),
                        p50(2)));
    }

    private static List<Scenario> reads() {
        return List.of(
                new Scenario(
                        "read-memtable",
                        Dataset.NONE,
                        List.of(
                                Row.of("read-memtable-hit", "get from the memtable", cpu(4)),
                                Row.of("read-memtable-missing", "get of a missing key", cpu(8))),
                        Reads.memtable("read-memtable-hit", "read-memtable-missing")),
                of(
                        Dataset.RANDOM,
                        "read-random-hit",
                        "get of a key that is there",
                        Reads.hit("read-random-hit"),
                        cpu(6),
                        p50(6)),
                of(
                        Dataset.RANDOM,
                        "read-zipf-hit",
                        "the same, a few very often",
                        Reads.zipfHit("read-zipf-hit"),
                        cpu(5)),
                of(
                        Dataset.RANDOM,
                        "read-random-missing",
                        "get of a missing key",
                        Reads.missing("read-random-missing"),
                        cpu(15)));
    }

    private static List<Scenario> ranges() {
        return List.of(
                of(Dataset.RANDOM, "range-1", "range with one entry", Ranges.forward("range-1", 1), cpu(7)),
                of(Dataset.RANDOM, "range-50", "range with 50 entries", Ranges.forward("range-50", 50), cpu(6)),
                of(
                        Dataset.RANDOM,
                        "reverse-range-50",
                        "the same backwards",
                        Ranges.reverse("reverse-range-50", 50),
                        cpu(6)),
                of(
                        Dataset.NONE,
                        "range-50-memtable",
                        "range with 50 entries in the memtable",
                        Ranges.inMemtable("range-50-memtable", 50),
                        cpu(4.5)),
                of(
                        Dataset.GROUPED,
                        "prefix-scan",
                        "prefix scan of 20 entries",
                        Ranges.prefixHit("prefix-scan"),
                        cpu(5)),
                of(
                        Dataset.GROUPED,
                        "prefix-scan-missing",
                        "prefix scan of none",
                        Ranges.prefixMissing("prefix-scan-missing"),
                        cpu(5)),
                of(Dataset.RANDOM, "scan", "entry of a scan of all", Ranges.all("scan"), cpu(4)),
                of(
                        Dataset.SEQUENTIAL,
                        "scan-sequential",
                        "the same after a fill in order",
                        Ranges.all("scan-sequential"),
                        cpu(5)));
    }

    private static List<Scenario> mixed() {
        return List.of(
                of(
                        Dataset.RANDOM,
                        "update-uniform",
                        "get, then put of the same key",
                        Mixed.updateUniform("update-uniform"),
                        cpu(5),
                        goal(Figure.MEMORY, 1)),
                Scenario.of(
                        Dataset.RANDOM,
                        Row.of("update-all", "the same, as often as there are entries", cpu(5))
                                .atBig(goal(Figure.WRITE_AMPLIFICATION, 2)),
                        Mixed.updateAll("update-all")),
                of(
                        Dataset.RANDOM,
                        "update-zipf",
                        "the same, a few very often",
                        Mixed.updateZipf("update-zipf"),
                        cpu(5)),
                of(
                        Dataset.NONE,
                        "update-small",
                        "the same in a state that fits the memtable",
                        Mixed.updateSmall("update-small"),
                        cpu(4.5)),
                new Scenario(
                        "reader-and-writer",
                        Dataset.RANDOM,
                        List.of(
                                Row.of("reader-beside-writer", "get while another thread puts", p50(5), p99(5)),
                                Row.of("writer-beside-reader", "that put", p50(2))),
                        Mixed.readerBesideWriter("reader-beside-writer", "writer-beside-reader")));
    }

    private static List<Scenario> large() {
        return List.of(
                of(Dataset.NONE, "1k-fill", "put of a new key with 1,000 bytes", Fills.large("1k-fill"), cpu(3)),
                of(
                        Dataset.LARGE,
                        "1k-overwrite-zipf",
                        "put of 1,000 bytes, a few keys very often",
                        Fills.overwriteZipf("1k-overwrite-zipf"),
                        cpu(3.5)),
                of(Dataset.LARGE, "1k-hit", "get of 1,000 bytes", Reads.hit("1k-hit"), cpu(5)),
                of(Dataset.LARGE, "1k-zipf-hit", "the same, a few very often", Reads.zipfHit("1k-zipf-hit"), cpu(4)),
                of(Dataset.LARGE, "1k-missing", "get of a missing key", Reads.missing("1k-missing"), cpu(15)),
                of(
                        Dataset.LARGE,
                        "1k-range-50",
                        "range with 50 entries of 1,000 bytes",
                        Ranges.forward("1k-range-50", 50),
                        cpu(4)),
                of(Dataset.LARGE, "1k-scan", "entry of a scan of all", Ranges.all("1k-scan"), cpu(4)),
                of(
                        Dataset.LARGE,
                        "1k-update-uniform",
                        "get, then put of the same key",
                        Mixed.updateUniform("1k-update-uniform"),
                        cpu(4)));
    }

    private static List<Scenario> windows() {
        return List.of(
                new Scenario(
                        "windows",
                        Dataset.NONE,
                        List.of(
                                Row.of("window-put", "put of a new window", cpu(3)),
                                Row.of("window-aggregate", "fetch, then put of the same window", cpu(3.2)),
                                Row.of("window-fetch", "fetch of one window", cpu(4)),
                                Row.of("window-fetch-hour", "fetch of the 60 windows of a key", cpu(5)),
                                Row.of("window-fetch-all", "entry of all keys' windows of 15 minutes", cpu(5))),
                        Windows.windows(
                                "window-put",
                                "window-aggregate",
                                "window-fetch",
                                "window-fetch-hour",
                                "window-fetch-all")),
                new Scenario(
                        "sessions",
                        Dataset.NONE,
                        List.of(
                                Row.of("session-aggregate", "find, remove, put of a session", cpu(4)),
                                Row.of("session-find", "find of a key's sessions of an hour", cpu(4.5))),
                        Windows.sessions("session-aggregate", "session-find")));
    }

    private static List<Scenario> life() {
        return List.of(
                new Scenario(
                        "forty-stores",
                        Dataset.NONE,
                        List.of(
                                Row.of("open-40", "open of 40 new stores", goal(Figure.TIME, 5)),
                                Row.of("memory-40", "40 open stores, written to", goal(Figure.MEMORY, 1)),
                                Row.of("close-40", "close of these", goal(Figure.TIME, 5)),
                                Row.of("reopen-40", "open of these", goal(Figure.TIME, 5))),
                        Life.manyStores("open-40", "memory-40", "close-40", "reopen-40")),
                of(
                        Dataset.RANDOM,
                        "reopen",
                        "open of a large store that was closed, the first of a new process, and a get",
                        Life.reopen("reopen"),
                        goal(Figure.TIME, 1)),
                new Scenario(
                        "crash",
                        Dataset.NONE,
                        List.of(
                                Row.of(
                                        "crash-open",
                                        "open after kill -9, the first store of the new process",
                                        goal(Figure.TIME, 3)),
                                Row.of("crash-open-next", "open of two further ones", goal(Figure.TIME, 1)),
                                Row.of("crash-catch-up", "restoring what is missing then", goal(Figure.TIME, 10)),
                                Row.of("crash-records", "records that are missing then", goal(Figure.COUNT, 50))),
                        Crash.killed("crash-open", "crash-open-next", "crash-catch-up", "crash-records")));
    }

    private static Scenario of(Dataset dataset, String name, String what, Scenario.Body body, Goal... goals) {
        return Scenario.of(dataset, Row.of(name, what, goals), body);
    }

    /** The one of that name. */
    static Scenario scenario(String name) {
        return scenarios().stream()
                .filter(scenario -> scenario.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no scenario " + name));
    }
}
