package io.streambed.kafka;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** A class that implements {@link LsmConfigSetter}, or none. */
record ConfigSetterClass() implements ConfigDef.Validator {
    @Override
    public void ensureValid(String name, @Nullable Object value) {
        if (value instanceof Class<?> type && !LsmConfigSetter.class.isAssignableFrom(type)) {
            throw new ConfigException(name, type.getName(), "it may be " + this);
        }
    }

    @Override
    public String toString() {
        return "a class that implements " + LsmConfigSetter.class.getName();
    }
}
