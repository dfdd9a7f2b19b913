package io.streambed.examples.wordcount;

import io.streambed.examples.app.AppOptions;
import io.streambed.examples.app.Console;
import io.streambed.examples.app.DataDirectory;
import io.streambed.examples.app.Progress;
import io.streambed.examples.app.Stop;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The app {@code word-count} as the command line sees it. */
@Command(
        name = WordCountCommand.NAME,
        description = "Counts the words of a text and prints the most frequent ones, as COUNT<tab>WORD.",
        footer = {
            "",
            "Words are runs of Unicode letters and digits, in lower case. Standard output carries the result and nothing else.",
            "",
            "With --data-dir a further run adds to what was counted before. A run that was killed is not lost:"
                    + " a further run of the same text goes on where that one ended, and counts nothing twice."
        })
public final class WordCountCommand implements Callable<Integer> {
    static final String NAME = "word-count";

    private final Console console;
    private final Stop stop;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--input",
            paramLabel = "FILE|-",
            description =
                    "Text to count, UTF-8; - is standard input. Without it: the licence texts that every JDK ships.")
    private @Nullable String input;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "10",
            description = "How many words to print; ${DEFAULT-VALUE} by default.")
    private int top;

    @Mixin
    private AppOptions options;

    /** The fields get their values from the command line. */
    @SuppressWarnings("NullAway.Init")
    public WordCountCommand(Console console, Stop stop) {
        this.console = console;
        this.stop = stop;
    }

    @Override
    public Integer call() throws Exception {
        if (top < 0) {
            throw new ParameterException(spec.commandLine(), "--top is " + top + "; it must be 0 or more");
        }
        InputText text = InputText.of(input, console.in());
        try (DataDirectory directory = DataDirectory.open(options.dataDirectory(), NAME);
                Progress progress = new Progress(NAME, console)) {
            new WordCount(console, stop, directory, progress).run(text, top, options.bootstrapServers());
        }
        return 0;
    }
}
