package io.streambed.examples.bank;

import io.streambed.examples.app.Reasons;
import io.streambed.lsm.LsmException;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * The process that is killed: {@code InstanceProcess SETTINGS FILLER}, with the settings of Streams in a file. Ends when told to, or
 * when whoever started it has ended.
 *
 * <pre>
 *  standard output   running                    all tasks run, for the first time
 *                    at RESTORED RECORDS FLUSHES   how far it is, whenever that changes
 *                    dumped                     the accounts are in the file
 *                    again                      they are not, as a task is on its way from one thread to another
 *                    closed                     and ends
 *                    failed REASON              and ends
 *  standard input    dump FILE                  writes its accounts to a file: account 8 | balance 8 | postings 8 | fingerprint 8
 *                    close                      closes cleanly, and ends
 * </pre>
 */
final class InstanceProcess {
    private static final int TICK_MILLIS = 50;

    private final KafkaStreams streams;
    private final AtomicLong restored = new AtomicLong();
    private String said = "";
    private boolean ran;

    private InstanceProcess(Properties settings, int filler) {
        Names names = new Names(settings.getProperty("application.id"));
        this.streams = new KafkaStreams(Ledger.topology(names, filler), settings);
        streams.setUncaughtExceptionHandler(failure -> {
            say("failed " + Reasons.innermost(failure));
            failure.printStackTrace();
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.setGlobalStateRestoreListener(new StateRestoreListener() {
            @Override
            public void onRestoreStart(TopicPartition partition, String store, long from, long to) {}

            @Override
            public void onBatchRestored(TopicPartition partition, String store, long offset, long records) {
                restored.addAndGet(records);
            }

            @Override
            public void onRestoreEnd(TopicPartition partition, String store, long records) {}
        });
    }

    /** Runs an instance until it is told to end. */
    public static void main(String[] args) throws IOException {
        Properties settings = new Properties();
        try (Reader in = Files.newBufferedReader(Path.of(args[0]))) {
            settings.load(in);
        }
        new InstanceProcess(settings, Integer.parseInt(args[1])).run();
    }

    private void run() throws IOException {
        ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "status");
            thread.setDaemon(true);
            return thread;
        });
        streams.start();
        Future<?> unused = ticker.scheduleWithFixedDelay(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            if (command.startsWith("dump ")) {
                try {
                    dump(Path.of(command.substring("dump ".length())));
                    say("dumped");
                } catch (InvalidStateStoreException e) {
                    say("again");
                }
            } else if (command.equals("close")) {
                streams.close(CloseOptions.timeout(Duration.ofSeconds(60))
                        .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
                say("closed");
                return;
            }
        }
        // Nobody is there any more who could want anything of it.
        Runtime.getRuntime().halt(1);
    }

    private void tick() {
        long records = 0;
        long flushes = 0;
        for (Metric metric : streams.metrics().values()) {
            switch (metric.metricName().name()) {
                case "process-total" -> {
                    if (metric.metricName().group().equals("stream-thread-metrics")) {
                        records += number(metric);
                    }
                }
                case "memtable-flush-total" -> flushes += number(metric);
                default -> {}
            }
        }
        String line = "at " + restored.get() + " " + records + " " + flushes;
        if (!line.equals(said)) {
            said = line;
            say(line);
        }
        if (!ran && streams.state() == KafkaStreams.State.RUNNING) {
            ran = true;
            say("running");
        }
    }

    private static long number(Metric metric) {
        try {
            return metric.metricValue() instanceof Number number ? number.longValue() : 0;
        } catch (LsmException e) {
            if (e.kind() == LsmException.Kind.CLOSED) {
                // Of a task that moves, perhaps after we got the list and before we ask.
                return 0;
            }
            throw e;
        }
    }

    private void dump(Path file) throws IOException {
        ReadOnlyKeyValueStore<Long, byte[]> store =
                streams.store(StoreQueryParameters.fromNameAndType(Names.STORE, QueryableStoreTypes.keyValueStore()));
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)));
                KeyValueIterator<Long, byte[]> accounts = store.all()) {
            while (accounts.hasNext()) {
                KeyValue<Long, byte[]> entry = accounts.next();
                Account account = Account.decode(entry.value);
                out.writeLong(entry.key);
                out.writeLong(account.balance());
                out.writeLong(account.postings());
                out.writeLong(account.fingerprint());
            }
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
