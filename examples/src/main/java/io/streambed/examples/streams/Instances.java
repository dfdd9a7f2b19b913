package io.streambed.examples.streams;

import io.streambed.examples.app.AppException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.IntFunction;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.processor.TaskId;

/**
 * Several instances of one application in this process, numbered from 1 on, that come and go while it works. One thread starts and
 * closes them; others may ask for figures meanwhile.
 */
public final class Instances implements Application, AutoCloseable {
    private final IntFunction<RunningStreams> factory;
    private final SortedMap<Integer, RunningStreams> open = new ConcurrentSkipListMap<>();
    private int last;
    /** What those that are closed have done. */
    private volatile Figures past = Figures.NONE;

    /** @param factory makes an instance of the given number, which is started here */
    public Instances(IntFunction<RunningStreams> factory) {
        this.factory = factory;
    }

    /** Starts one more, and returns its number. */
    public int start() {
        int number = last + 1;
        RunningStreams instance = factory.apply(number);
        // Before it starts: whatever happens then, it is closed with all others.
        open.put(number, instance);
        last = number;
        instance.start();
        return number;
    }

    /** Closes the one of that number; the others take over its tasks. */
    public void close(int number) {
        RunningStreams closing = instance(number);
        Figures done = closing.figures();
        closing.close();
        open.remove(number);
        past = past.plus(new Figures(done.records(), done.restored(), 0, List.of()));
    }

    /** Who has which tasks. */
    public SortedMap<Integer, Tasks> tasks() {
        SortedMap<Integer, Tasks> tasks = new TreeMap<>();
        open.forEach((number, instance) -> tasks.put(number, instance.tasks()));
        return tasks;
    }

    /**
     * Whether nothing is on its way: all instances run, each of them works on something, each task has exactly one that works on it,
     * and, where there is more than one instance, another that stands by.
     *
     * @param count how many tasks there are
     */
    public boolean settled(int count) {
        if (!open.values().stream().allMatch(RunningStreams::isRunning)) {
            return false;
        }
        Map<Integer, Tasks> tasks = tasks();
        return tasks.values().stream().noneMatch(of -> of.active().isEmpty())
                && isEachOnce(count, tasks.values().stream().map(Tasks::active).toList())
                && (open.size() == 1
                        || isEachOnce(
                                count,
                                tasks.values().stream().map(Tasks::standby).toList()));
    }

    @Override
    public void awaitRunning() throws InterruptedException {
        for (RunningStreams instance : open.values()) {
            instance.awaitRunning();
        }
    }

    @Override
    public Collection<KafkaStreams> instances() {
        return open.values().stream()
                .flatMap(instance -> instance.instances().stream())
                .toList();
    }

    @Override
    public Figures figures() {
        Figures figures = past;
        for (RunningStreams instance : open.values()) {
            figures = figures.plus(instance.figures());
        }
        return figures;
    }

    @Override
    public void check() {
        open.values().forEach(RunningStreams::check);
    }

    @Override
    public void pause(Patience patience, long done, String situation) throws InterruptedException {
        check();
        // If another one breaks, it is noticed a moment later.
        first().pause(patience, done, situation);
    }

    @Override
    public AppException failure(Throwable cause) {
        return first().failure(cause);
    }

    private RunningStreams first() {
        return open.values().iterator().next();
    }

    /** Closes all that are open. */
    @Override
    public void close() {
        RuntimeException failure = null;
        for (int number : List.copyOf(open.keySet())) {
            try {
                close(number);
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private RunningStreams instance(int number) {
        RunningStreams instance = open.get(number);
        if (instance == null) {
            throw new IllegalArgumentException("instance " + number + " is not open");
        }
        return instance;
    }

    private static boolean isEachOnce(int count, List<? extends Collection<TaskId>> parts) {
        Set<TaskId> all = new HashSet<>();
        int sum = 0;
        for (Collection<TaskId> part : parts) {
            all.addAll(part);
            sum += part.size();
        }
        return all.size() == count && sum == count;
    }
}
