package io.streambed.kafka;

import org.apache.kafka.common.config.ConfigDef;
import org.jspecify.annotations.Nullable;

/** A number from {@code least} to {@code most}, both of which are allowed, or none at all. */
record OptionalRange(long least, long most) implements ConfigDef.Validator {
    @Override
    public void ensureValid(String name, @Nullable Object value) {
        if (value != null) {
            new ConfigRange(least, most).ensureValid(name, value);
        }
    }

    @Override
    public String toString() {
        return new ConfigRange(least, most).toString();
    }
}
