package io.streambed.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.streambed.examples.app.Console;
import io.streambed.examples.app.Stop;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/**
 * What an app did that ran in this process.
 *
 * @param status what the process would have ended with
 * @param out its standard output
 * @param err its standard error
 */
public record AppRun(int status, String out, String err) {

    /** Runs an app to its end, with the given text as standard input. */
    public static AppRun of(String in, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                new ByteArrayInputStream(in.getBytes(UTF_8)),
                new PrintStream(out, false, UTF_8),
                new PrintStream(err, true, UTF_8),
                false);
        int status = Main.run(console, new Stop(), args);
        console.out().flush();
        return new AppRun(status, out.toString(UTF_8), err.toString(UTF_8));
    }
}
