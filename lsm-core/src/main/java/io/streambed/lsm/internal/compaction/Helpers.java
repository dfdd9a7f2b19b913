package io.streambed.lsm.internal.compaction;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Threads that may lend a job a hand. Nobody waits for one to become free: parts of the work lie in a row, whoever comes takes the
 * next, the owner of the job too, and a helper who comes too late finds none left.
 *
 * @param executor runs the helpers
 * @param count how many to call at the most; 0 for a job that does everything itself
 */
public record Helpers(Executor executor, int count) {
    /** A part of the work. */
    @FunctionalInterface
    interface Part<I, O> {
        O run(I input) throws IOException;
    }

    /**
     * Does a part of the work for each input, and waits for all.
     *
     * @param undo takes back what a part did, if another one fails
     * @return what the parts gave, in the order of the inputs
     */
    <I, O> List<O> runAll(List<I> inputs, Part<I, O> part, Consumer<O> undo) throws IOException {
        AtomicInteger next = new AtomicInteger();
        AtomicBoolean failed = new AtomicBoolean();
        List<CompletableFuture<O>> outputs = new ArrayList<>();
        inputs.forEach(input -> outputs.add(new CompletableFuture<>()));
        Runnable worker = () -> {
            for (int i = next.getAndIncrement(); i < inputs.size(); i = next.getAndIncrement()) {
                CompletableFuture<O> output = outputs.get(i);
                if (failed.get()) {
                    output.cancel(false);
                    continue;
                }
                try {
                    output.complete(part.run(inputs.get(i)));
                } catch (IOException | RuntimeException | Error e) {
                    failed.set(true);
                    output.completeExceptionally(e);
                }
            }
        };
        for (int i = 0; i < Math.min(count, inputs.size() - 1); i++) {
            executor.execute(worker);
        }
        worker.run();
        return gather(outputs, undo);
    }

    private static <O> List<O> gather(List<CompletableFuture<O>> outputs, Consumer<O> undo) throws IOException {
        List<O> done = new ArrayList<>();
        Throwable cause = null;
        for (CompletableFuture<O> output : outputs) {
            try {
                done.add(output.join());
            } catch (CompletionException e) {
                if (cause == null) {
                    cause = e.getCause();
                } else {
                    cause.addSuppressed(e);
                }
            } catch (CancellationException e) {
                // Not begun, because another part had failed; that one tells.
            }
        }
        if (cause == null) {
            return done;
        }
        done.forEach(undo);
        if (cause instanceof IOException e) {
            throw e;
        }
        if (cause instanceof RuntimeException e) {
            throw e;
        }
        throw (Error) cause;
    }
}
