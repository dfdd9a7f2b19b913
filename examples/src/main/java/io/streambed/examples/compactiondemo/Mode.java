package io.streambed.examples.compactiondemo;

import io.streambed.lsm.LsmEvent;
import io.streambed.lsm.LsmRuntime;
import java.util.function.Consumer;

/** Where flushes and compactions are done. */
enum Mode {
    /** By the thread whose write makes them due, which waits for them. */
    WRITER("in the writer's thread", "theirs"),
    /** By threads of the runtime's own, while the writer goes on. */
    BACKGROUND("in the background", "ours");

    private final String label;
    private final String look;

    Mode(String label, String look) {
        this.label = label;
        this.look = look;
    }

    /** In words. */
    String label() {
        return label;
    }

    /** How its lines look; see the style sheet of pages. */
    String look() {
        return look;
    }

    /** A runtime that does it there. To be closed. */
    LsmRuntime runtime(Consumer<LsmEvent> listener) {
        LsmRuntime.Builder builder = LsmRuntime.builder().eventListener(listener);
        return this == WRITER ? builder.executor(Runnable::run).build() : builder.build();
    }
}
