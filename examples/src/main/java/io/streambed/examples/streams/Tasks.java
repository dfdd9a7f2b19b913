package io.streambed.examples.streams;

import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.streams.ThreadMetadata;
import org.apache.kafka.streams.processor.TaskId;

/**
 * The tasks that one instance has.
 *
 * @param active those that it works on
 * @param standby those whose stores it keeps as copies of another instance's
 */
public record Tasks(SortedSet<TaskId> active, SortedSet<TaskId> standby) {

    static final Tasks NONE = new Tasks(new TreeSet<>(), new TreeSet<>());

    /** What the threads of an instance say. */
    static Tasks of(Set<ThreadMetadata> threads) {
        SortedSet<TaskId> active = new TreeSet<>();
        SortedSet<TaskId> standby = new TreeSet<>();
        for (ThreadMetadata thread : threads) {
            thread.activeTasks().forEach(task -> active.add(task.taskId()));
            thread.standbyTasks().forEach(task -> standby.add(task.taskId()));
        }
        return new Tasks(active, standby);
    }

    @Override
    public String toString() {
        return "active " + list(active) + (standby.isEmpty() ? "" : ", standby " + list(standby));
    }

    private static String list(SortedSet<TaskId> tasks) {
        return tasks.isEmpty() ? "none" : tasks.stream().map(TaskId::toString).collect(Collectors.joining(" "));
    }
}
