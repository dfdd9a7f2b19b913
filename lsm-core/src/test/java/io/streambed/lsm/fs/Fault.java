package io.streambed.lsm.fs;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A failure to be met, for {@link FaultFileSystem#inject}. A value; each method returns a further description.
 *
 * @param operations the kinds of operation that count and may fail
 * @param files whether an operation on a file of that name counts; the name is empty where an operation is on the directory
 * @param nth which of them fails, 1 for the next one
 * @param forEver whether all after it fail too
 * @param bytesBefore how many of its bytes a failing write has written first
 * @param message what the exception says
 */
public record Fault(
        Set<Operation> operations,
        Predicate<String> files,
        long nth,
        boolean forEver,
        int bytesBefore,
        String message) {
    /** What can fail. Closing is not among it. */
    public enum Operation {
        CREATE,
        OPEN,
        WRITE,
        SYNC,
        CUT_OFF,
        RENAME,
        DELETE,
        LIST,
        READ,
        SYNC_DIRECTORY,
        LOCK
    }

    /** The next of these operations fails, once; any operation, if none is named. */
    public static Fault on(Operation... operations) {
        Set<Operation> kinds = EnumSet.allOf(Operation.class);
        if (operations.length > 0) {
            kinds.retainAll(List.of(operations));
        }
        return new Fault(kinds, name -> true, 1, false, 0, "Input/output error");
    }

    /** The n-th of the operations fails, 1 for the next one. */
    public Fault nth(long n) {
        return new Fault(operations, files, n, forEver, bytesBefore, message);
    }

    /** Operations on other files neither count nor fail. */
    public Fault inFile(Predicate<String> names) {
        return new Fault(operations, names, nth, forEver, bytesBefore, message);
    }

    /** A write that fails has first written so many of its bytes. */
    public Fault afterBytes(int bytes) {
        return new Fault(operations, files, nth, forEver, bytes, message);
    }

    /** That operation fails with this message, and no other. */
    public Fault once(String newMessage) {
        return new Fault(operations, files, nth, false, bytesBefore, newMessage);
    }

    /** That operation fails with this message, and every later one. */
    public Fault forEver(String newMessage) {
        return new Fault(operations, files, nth, true, bytesBefore, newMessage);
    }

    IOException failure(String name) {
        return new IOException(name.isEmpty() ? message : name + ": " + message);
    }
}
