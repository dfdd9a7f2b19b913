package io.streambed.examples.bank;

import io.streambed.examples.app.AppException;
import io.streambed.examples.broker.Cluster;
import io.streambed.examples.streams.Awaited;
import io.streambed.examples.streams.Patience;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;

/** All instances of the application, each a process of its own. Used by one thread; {@link #records} by any. */
final class Fleet implements Awaited, AutoCloseable {
    private final Cluster cluster;
    private final Names names;
    private final Plan plan;
    private final List<Instance> instances = new ArrayList<>();
    private int starts;

    /** Starts the instances that a plan wants. */
    Fleet(Cluster cluster, Names names, Plan plan, Path directory) throws IOException {
        this.cluster = cluster;
        this.names = names;
        this.plan = plan;
        try {
            for (int number = 1; number <= plan.instances(); number++) {
                instances.add(
                        new Instance(number, directory.resolve("instance-" + number), plan.filler(), settings(number)));
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    Instance instance(int index) {
        return instances.get(index);
    }

    /** Starts an instance that was killed or closed. */
    void restart(Instance instance) throws IOException {
        instance.restart(settings(instance.number()));
    }

    /** Kills an instance, starts it again and waits until all of them run. */
    Restart killAndRestart(Instance victim, Audit audit) throws IOException, InterruptedException {
        long flushes = victim.flushes();
        victim.kill();
        long written = audit.changelogRecords();
        restart(victim);
        awaitRunning();
        return new Restart(
                victim.number(),
                victim.millisUntilRunning(),
                victim.restored(),
                written,
                victim.wipedSinceKilled(),
                victim.sawCorruption(),
                flushes);
    }

    /** Waits until so many records have gone through the topology since the processes that run were started. */
    void awaitRecords(long records) throws InterruptedException {
        Patience patience = new Patience();
        for (long now = records(); now < records; now = records()) {
            pause(patience, now, now + " of " + records + " records processed");
        }
    }

    /** The accounts in the stores of all instances. */
    Map<Long, Account> accounts() throws IOException, InterruptedException {
        Map<Long, Account> accounts = new HashMap<>();
        for (Instance instance : instances) {
            instance.dump(accounts);
        }
        return accounts;
    }

    /** Closes all instances cleanly. */
    void end() throws IOException, InterruptedException {
        for (Instance instance : instances) {
            instance.close();
        }
    }

    @Override
    public void awaitRunning() throws InterruptedException {
        Patience patience = new Patience();
        while (!instances.stream().allMatch(Instance::isRunning)) {
            long restored = instances.stream().mapToLong(Instance::restored).sum();
            pause(patience, restored, "it does not get to run");
        }
    }

    @Override
    public long records() {
        return instances.stream().mapToLong(Instance::records).sum();
    }

    @Override
    public void pause(Patience patience, long done, String situation) throws InterruptedException {
        cluster.check();
        for (Instance instance : instances) {
            instance.check();
        }
        if (patience.isOver(done)) {
            throw new AppException("the bank does not move: " + situation);
        }
        instances.get(0).pause();
    }

    /** Ends what is still there, by force. */
    @Override
    public void close() {
        for (Instance instance : instances) {
            instance.destroy();
        }
    }

    private Properties settings(int number) {
        Properties settings = Ledger.settings(names, cluster.bootstrapServers(), plan);
        if (plan.instances() == 1) {
            // It is back before it is missed, and then gets its tasks at once.
            settings.put(StreamsConfig.mainConsumerPrefix("group.instance.id"), "instance-" + number);
        }
        if (plan.smallBuffers() && starts++ % 2 == 1) {
            settings.put("lsm.write.buffer.bytes", "65536");
        }
        return settings;
    }
}
