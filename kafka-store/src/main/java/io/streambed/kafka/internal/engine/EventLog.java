package io.streambed.kafka.internal.engine;

import io.streambed.lsm.LsmEvent;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what happens in the trees to the log: failures always, the daily work at debug level. */
final class EventLog implements Consumer<LsmEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

    @Override
    public void accept(LsmEvent event) {
        if (event instanceof LsmEvent.BackgroundFailed failed) {
            LOG.error(
                    "Store {} takes no more writes, and the next one will fail, until it is opened again: remove the cause below, and restart the application;"
                            + " it goes on from the store's last commit",
                    failed.tree(),
                    failed.cause());
        } else {
            LOG.debug("{}", event);
        }
    }
}
