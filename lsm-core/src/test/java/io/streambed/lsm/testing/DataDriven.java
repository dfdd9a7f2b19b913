package io.streambed.lsm.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Runs text files of commands and expected output, after Pebble's datadriven tests:
 *
 * <pre>
 * # what this is about
 * command and its arguments
 * another command
 * ----
 * what they answer
 * </pre>
 *
 * Blocks are separated by empty lines. {@code -Drewrite=true} writes what was found into the file instead of comparing; the
 * difference is then for the reader to judge.
 */
public final class DataDriven {
    private static final String SEPARATOR = "----";
    private static final boolean REWRITE = Boolean.getBoolean("rewrite");

    private DataDriven() {}

    /** The files of a folder below the test resources, sorted. */
    public static Stream<Path> files(String folder) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources", folder))) {
            return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList().stream();
        }
    }

    /**
     * Runs a file.
     *
     * @param commands runs one command line and gives its output, lines without an empty one among them, or an empty string
     */
    public static void run(Path file, UnaryOperator<String> commands) throws IOException {
        String expected = Files.readString(file, UTF_8);
        StringBuilder found = new StringBuilder();
        for (String block : expected.strip().split("\n\n+", -1)) {
            found.append(found.isEmpty() ? "" : "\n").append(run(block.lines().toList(), commands));
        }
        if (REWRITE) {
            Files.writeString(file, found, UTF_8);
        } else {
            assertEquals(expected, found.toString(), file.getFileName() + "; -Drewrite=true accepts what was found");
        }
    }

    private static String run(List<String> block, UnaryOperator<String> commands) {
        StringBuilder text = new StringBuilder();
        List<String> output = new ArrayList<>();
        boolean any = false;
        for (String line : block) {
            if (line.equals(SEPARATOR)) {
                break;
            }
            text.append(line).append('\n');
            if (!line.startsWith("#")) {
                any = true;
                commands.apply(line).lines().forEach(output::add);
            }
        }
        if (any) {
            text.append(SEPARATOR).append('\n');
            output.forEach(line -> text.append(line).append('\n'));
        }
        return text.toString();
    }
}
