package io.streambed.examples.app;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;

/**
 * The three streams of a process, handed in so that a test can stand in for the terminal. Results go to {@code out} and nothing else
 * does; all talk goes to {@code err}. Both speak UTF-8, whatever the locale.
 *
 * @param in standard input; a thread that waits on it can be interrupted
 * @param terminal whether {@code err} is one, so that a line on it can be written again and again
 */
public record Console(InputStream in, PrintStream out, PrintStream err, boolean terminal) {

    /** The streams of this process. Java cannot tell whether there is a terminal; the launcher can, and says so. */
    public static Console ofProcess() {
        return new Console(
                // System.in would hold a thread until the next byte comes; a channel lets go when the thread is
                // interrupted.
                Channels.newInputStream(new FileInputStream(FileDescriptor.in).getChannel()),
                stream(FileDescriptor.out, false),
                stream(FileDescriptor.err, true),
                Boolean.getBoolean("streambed.terminal"));
    }

    /**
     * Gives out a whole result.
     *
     * @throws AppException if nobody takes it
     */
    public void print(String result) {
        out.print(result);
        out.flush();
        if (out.checkError()) {
            throw new AppException("the result cannot be written to standard output");
        }
    }

    private static PrintStream stream(FileDescriptor descriptor, boolean flush) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor)), flush, StandardCharsets.UTF_8);
    }
}
