package io.streambed.examples.benchmark.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A directory with everything that came of a benchmark.
 *
 * <pre>
 *  DIRECTORY/
 *   table.txt       the table as it is printed
 *   table.md        the table in Markdown, with where it comes from and what became of the goals
 *   results.json    the figures of each round
 *   index.html      plots; opens in any browser, and loads nothing
 * </pre>
 */
public final class Report {
    private final Path directory;
    private final Environment environment;

    /** Into that directory, which is made if it is not there; files of an earlier report are replaced. */
    public Report(Path directory, Environment environment) {
        this.directory = directory;
        this.environment = environment;
    }

    /** Where the plots are. */
    public Path page() {
        return directory.resolve("index.html");
    }

    /** Writes what there is by now. */
    public void write(Results results) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("table.txt"), new Table(results).text());
        Files.writeString(directory.resolve("table.md"), new Summary(results, environment).markdown());
        Files.writeString(directory.resolve("results.json"), new Json(results, environment).text());
        Files.writeString(page(), new Plots(results, environment).html());
    }
}
