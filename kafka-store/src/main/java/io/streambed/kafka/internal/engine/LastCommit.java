package io.streambed.kafka.internal.engine;

import io.streambed.kafka.internal.layout.KeyOrder;
import io.streambed.kafka.internal.layout.Segmentation;
import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.LsmIterator;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.bytes.MalformedBytesException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.query.Position;
import org.jspecify.annotations.Nullable;

/** Reads what the last commit left in a directory, and makes sure that it is this store's, in this format or in one that it can be converted from. */
record LastCommit(
        String storeName, StoreFormat format, @Nullable Segmentation segmentation) {
    private static final String RESTORED = "the store is then restored from its changelog, if it has one.";

    /**
     * The metadata of the last commit, perhaps of a format that is to be converted, or that of a store that was never committed.
     *
     * @throws ProcessorStateException if the directory is another store's, has entries of a format that it does not convert, or has
     *     metadata that cannot be read
     */
    CommitMetadata read(LsmTree tree, Path directory) {
        byte[] bytes = tree.committedMetadata();
        if (bytes == null) {
            requireEmpty(tree, directory, "entries that no store has committed");
            return new CommitMetadata(
                    format,
                    storeName,
                    0,
                    CommitMetadata.NEVER,
                    StreamTime.NONE,
                    ChangelogOffsets.NONE,
                    Position.emptyPosition(),
                    segmentation);
        }
        CommitMetadata last;
        try {
            last = CommitMetadata.decode(bytes);
        } catch (MalformedBytesException e) {
            throw new ProcessorStateException(
                    "Store " + storeName + " cannot read what its last commit left in " + directory + ": "
                            + e.getMessage()
                            + ". Unless that says what else to do, stop the application and delete that directory: "
                            + RESTORED,
                    e);
        }
        // As bytes: names that UTF-8 cannot tell apart have directories of their own.
        if (!Arrays.equals(utf8(last.storeName()), utf8(storeName))) {
            throw new ProcessorStateException("Store " + storeName + " found the files of another store in " + directory
                    + ": they belong to " + last.storeName()
                    + ". Move them back to where they belong; or stop the application and delete that directory: "
                    + RESTORED);
        }
        if (isSortedAsHere(last.segmentation())
                && FormatUpgrade.between(last.format(), format).isPresent()) {
            return last;
        }
        if (last.segmentation() != null) {
            if (last.format() != format || !isSortedAsHere(last.segmentation())) {
                // Also if it is empty: below what has expired nothing can be written any more.
                throw refusal(
                        directory, "what a " + last.format() + " store with " + last.segmentation() + " has left");
            }
        } else if (last.format() != format) {
            requireEmpty(tree, directory, "the entries of a " + last.format() + " store");
            return new CommitMetadata(
                    format,
                    storeName,
                    last.committedAtMillis(),
                    last.writtenSinceMillis(),
                    StreamTime.NONE,
                    last.offsets(),
                    last.position(),
                    segmentation);
        }
        return last;
    }

    /**
     * Whether entries are sorted as this store sorts them. How long a segment is does not matter: it is no more than how finely time is
     * cut, and the store goes on with that of its directory.
     */
    private boolean isSortedAsHere(@Nullable Segmentation found) {
        return orderOf(found) == orderOf(segmentation);
    }

    private static @Nullable KeyOrder orderOf(@Nullable Segmentation segmentation) {
        return segmentation == null ? null : segmentation.order();
    }

    private void requireEmpty(LsmTree tree, Path directory, String found) {
        try (LsmIterator entries = tree.iterator(KeyRange.all(), Direction.FORWARD)) {
            if (entries.next()) {
                throw refusal(directory, found);
            }
        }
    }

    private ProcessorStateException refusal(Path directory, String found) {
        return new ProcessorStateException("Store " + storeName + " is a " + format + " store"
                + (segmentation == null ? "" : " with " + segmentation) + " and found " + found + " in "
                + directory
                + ", which it does not convert. Give the store its old format"
                + (segmentation == null ? "" : " and order")
                + " back; or stop the application and delete that directory: " + RESTORED);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
