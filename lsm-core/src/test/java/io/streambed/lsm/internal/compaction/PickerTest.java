package io.streambed.lsm.internal.compaction;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.streambed.lsm.internal.entry.SeqRanges;
import io.streambed.lsm.internal.version.KeyTimes;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import io.streambed.lsm.internal.version.VersionEdit;
import io.streambed.lsm.testing.DataDriven;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What pickers decide, told in the texts in {@code src/test/resources/compaction}.
 *
 * <pre>
 * empty                                        begins with no tables
 * LEVEL RUN TABLE FROM..TO MB [E entries] [T tombstones] [O overwrites] [S maxSeqNo] [EARLIEST to LATEST]
 * floor KEY, void FIRST-LAST
 * leveled | tiered | hybrid [settled N]        what the style would do; level 1 of leveled takes 40 MB
 * relief RUN MB                                while a merge of that run of level 0 and all below it is running, with so much left to do
 * seeks N...                                   so many ranges were read in each run, newest first, and in others, too; 10 MB for 40960
 * slices N                                     how the last decision would be cut for N threads
 * </pre>
 */
class PickerTest {
    private static final long MB = 1 << 20;

    private Version version = Version.EMPTY;
    private Optional<Compaction> last = Optional.empty();

    static Stream<Path> texts() throws IOException {
        return DataDriven.files("compaction");
    }

    @ParameterizedTest
    @MethodSource("texts")
    void decidesAsItIsTold(Path file) throws IOException {
        DataDriven.run(file, this::run);
    }

    private String run(String line) {
        String[] words = line.split(" ", -1);
        switch (words[0]) {
            case "empty" -> version = Version.EMPTY;
            case "floor" -> version = version.apply(new VersionEdit().floor(words[1].getBytes(UTF_8)));
            case "void" -> {
                String[] bounds = words[1].split("-", -1);
                SeqRanges.Range range = new SeqRanges.Range(Long.parseLong(bounds[0]), Long.parseLong(bounds[1]));
                version = version.apply(new VersionEdit().voided(range, 1000));
            }
            case "leveled" -> {
                return decide(new LeveledPicker(40 * MB), words);
            }
            case "tiered" -> {
                return decide(new TieredPicker(), words);
            }
            case "hybrid" -> {
                return decide(HybridPicker.atRest(12), words);
            }
            case "hybrid-in-use" -> {
                return decide(HybridPicker.inUse(12), words);
            }
            case "relief" -> {
                long busy = Long.parseLong(words[1]);
                Compaction running = new Compaction.Merge(
                        Compaction.Input.all(version).stream()
                                .filter(input ->
                                        input.level() > 0 || input.run().id() <= busy)
                                .toList(),
                        1,
                        busy);
                return tell(Relief.of(version, running, Long.parseLong(words[2]) * MB, 10));
            }
            case "seeks" -> {
                long[] seeks =
                        Arrays.stream(words).skip(1).mapToLong(Long::parseLong).toArray();
                return tell(SeekCompaction.of(version, seeks));
            }
            case "slices" -> {
                return Slices.of(last.orElseThrow(), Integer.parseInt(words[1])).stream()
                        .map(slice -> "[" + text(slice.from()) + ", " + text(slice.to()) + ")")
                        .collect(Collectors.joining(" "));
            }
            default -> version = version.apply(table(words));
        }
        return "";
    }

    private String decide(CompactionPicker shape, String[] words) {
        long settled = words.length > 1 ? Long.parseLong(words[2]) : Long.MAX_VALUE;
        last = new Upkeep(shape).pick(version, settled);
        return tell(last);
    }

    private static VersionEdit table(String[] words) {
        String[] range = words[3].split("\\.\\.", -1);
        long number = Long.parseLong(words[2]);
        TableMeta table = new TableMeta(
                number,
                Long.parseLong(words[4]) * MB,
                option(words, "E", Long.parseLong(words[4]) * 100),
                option(words, "T", 0),
                range[0].getBytes(UTF_8),
                range[1].getBytes(UTF_8),
                1,
                option(words, "S", number),
                option(words, "O", 0),
                times(words));
        return new VersionEdit().add(Integer.parseInt(words[0].substring(1)), Long.parseLong(words[1]), table);
    }

    private static KeyTimes times(String[] words) {
        int to = Arrays.asList(words).indexOf("to");
        return to < 0 ? KeyTimes.ANY : new KeyTimes(Long.parseLong(words[to - 1]), Long.parseLong(words[to + 1]));
    }

    private static long option(String[] words, String letter, long otherwise) {
        List<String> list = Arrays.asList(words);
        int at = list.indexOf(letter);
        return at < 0 ? otherwise : Long.parseLong(list.get(at + 1));
    }

    private static String tell(Optional<Compaction> decision) {
        return decision.map(compaction -> {
                    String inputs = compaction.inputs().stream()
                            .map(input ->
                                    "L" + input.level() + "/" + input.run().id()
                                            + input.tables().stream()
                                                    .map(TableMeta::number)
                                                    .toList())
                            .collect(Collectors.joining(" "));
                    String what = compaction
                            .getClass()
                            .getSimpleName()
                            .replace("MoveRuns", "move-runs")
                            .toLowerCase(Locale.ROOT);
                    String to = compaction instanceof Compaction.Drop ? "" : " to L" + compaction.toLevel();
                    boolean isOneRun = compaction instanceof Compaction.Merge || compaction instanceof Compaction.Move;
                    return what + " " + inputs + to + (isOneRun ? "/" + compaction.toRun() : "");
                })
                .orElse("nothing");
    }

    private static String text(byte[] key) {
        return key == null ? "" : new String(key, UTF_8);
    }
}
