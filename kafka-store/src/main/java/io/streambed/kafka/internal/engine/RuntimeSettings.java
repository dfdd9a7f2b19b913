package io.streambed.kafka.internal.engine;

import io.streambed.lsm.LsmRuntime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the engine's runtime, which is one for the process.
 *
 * @param memoryBytes memory of all stores together; {@code null} for the engine's own choice
 * @param openTables table files that are kept open, for all stores together
 * @param backgroundThreads how many compactions run at once, for all stores together
 * @param compactionBytesPerSecond how many bytes compactions may write in a second, for all stores together; 0 for no limit
 */
public record RuntimeSettings(
        @Nullable Long memoryBytes, int openTables, int backgroundThreads, long compactionBytesPerSecond) {
    /**
     * A builder with these settings.
     *
     * @throws io.streambed.lsm.LsmException if one of them cannot be
     */
    public LsmRuntime.Builder toBuilder() {
        LsmRuntime.Builder builder = LsmRuntime.builder()
                .openTables(openTables)
                .backgroundThreads(backgroundThreads)
                .compactionBytesPerSecond(compactionBytesPerSecond);
        return memoryBytes == null ? builder : builder.memoryBytes(memoryBytes);
    }

    /** The same as a record has by itself, which is put together the first time that it is called: some milliseconds of opening a store. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RuntimeSettings that
                && Objects.equals(memoryBytes, that.memoryBytes)
                && openTables == that.openTables
                && backgroundThreads == that.backgroundThreads
                && compactionBytesPerSecond == that.compactionBytesPerSecond;
    }

    @Override
    public int hashCode() {
        return Objects.hash(memoryBytes, openTables, backgroundThreads, compactionBytesPerSecond);
    }

    /** In the words of the configuration, for the warning that says whose settings hold. */
    @Override
    public String toString() {
        return "[lsm.memory.bytes=" + (memoryBytes == null ? "not set" : memoryBytes) + ", lsm.open.tables="
                + openTables + ", lsm.background.threads=" + backgroundThreads
                + ", lsm.compaction.bytes.per.second=" + compactionBytesPerSecond + "]";
    }
}
