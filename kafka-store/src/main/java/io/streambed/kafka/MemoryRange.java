package io.streambed.kafka;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * A part of the Java heap; or nothing, which leaves the choice to the engine.
 *
 * @param least bytes that there must be
 */
record MemoryRange(long least) implements ConfigDef.Validator {
    @Override
    public void ensureValid(String name, @Nullable Object value) {
        if (value == null) {
            return;
        }
        long bytes = (Long) value;
        long heap = Runtime.getRuntime().maxMemory();
        if (bytes < least || bytes >= heap) {
            throw new ConfigException(
                    name, value, "it may be " + this + ", which is " + heap + " here and set by the JVM's option -Xmx");
        }
    }

    @Override
    public String toString() {
        return least + " to below the largest size of the Java heap";
    }
}
