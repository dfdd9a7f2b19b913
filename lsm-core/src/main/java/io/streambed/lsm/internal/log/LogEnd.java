package io.streambed.lsm.internal.log;

/** How the reading of a log came to its end. What is neither of these is a {@code CorruptFileException}. */
public sealed interface LogEnd {
    /** Offset behind the last record that could be read. */
    long position();

    /**
     * The file, or the part of it that counts, ends with that record; or what follows it in a recycled file is no record, where nobody knows of
     * more.
     */
    record Clean(long position) implements LogEnd {}

    /**
     * Something follows that is no record, or less follows than was written, and nothing says that it had been synced: what a
     * crash leaves of the last writes.
     *
     * @param why what was expected and what was found; never keys or values
     */
    record Torn(long position, String why) implements LogEnd {}
}
