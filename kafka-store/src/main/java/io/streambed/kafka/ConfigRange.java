package io.streambed.kafka;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * A number from {@code least} to {@code most}, both of which are allowed. Kafka's own validator says only the end that was missed;
 * this one says both.
 */
record ConfigRange(long least, long most) implements ConfigDef.Validator {
    @Override
    public void ensureValid(String name, Object value) {
        long number = ((Number) value).longValue();
        if (number < least || number > most) {
            throw new ConfigException(name, value, "it may be " + this);
        }
    }

    @Override
    public String toString() {
        return least + " to " + most;
    }
}
