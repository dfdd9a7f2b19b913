package io.streambed.kafka;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * A class of the user's that implements something of ours or of Kafka's, or none.
 *
 * @param type what it has to implement
 * @param itself the class that asks for it: to name that one again would never end; {@code null} if there is none
 */
record ClassThatImplements(Class<?> type, @Nullable Class<?> itself) implements ConfigDef.Validator {
    ClassThatImplements(Class<?> type) {
        this(type, null);
    }

    @Override
    public void ensureValid(String name, @Nullable Object value) {
        if (value instanceof Class<?> named && (!type.isAssignableFrom(named) || named.equals(itself))) {
            throw new ConfigException(name, named.getName(), "it may be " + this);
        }
    }

    @Override
    public String toString() {
        String implementation = "a class that implements " + type.getName();
        return itself == null ? implementation : implementation + ", and not " + itself.getSimpleName() + " itself";
    }
}
