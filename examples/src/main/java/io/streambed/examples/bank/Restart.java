package io.streambed.examples.bank;

import java.util.List;
import java.util.Locale;

/**
 * What came of one kill.
 *
 * @param instance the instance that was killed
 * @param millis from the start of its next process until all its tasks ran
 * @param restored records that the next process restored from changelogs, over its whole life
 * @param written records that had been written to the changelog when it was killed, about
 * @param wiped directories of tasks that the next process found and wiped
 * @param corrupted whether Streams called a task corrupted
 * @param flushes memtables that the killed process had flushed, in the part of its life that was watched
 */
record Restart(int instance, long millis, long restored, long written, int wiped, boolean corrupted, long flushes) {

    /** All of them as a table. */
    static String table(List<Restart> restarts) {
        StringBuilder table = new StringBuilder(
                "kill  instance  running after   restored    of about  directories wiped  flushes before\n");
        for (int kill = 0; kill < restarts.size(); kill++) {
            Restart restart = restarts.get(kill);
            table.append(String.format(
                    Locale.ROOT,
                    "%4d  %8d  %11.1f s  %,9d  %,10d  %17s  %14d\n",
                    kill + 1,
                    restart.instance(),
                    restart.millis() / 1e3,
                    restart.restored(),
                    restart.written(),
                    restart.wiped() + (restart.corrupted() ? ", corrupted" : ""),
                    restart.flushes()));
        }
        return table.toString();
    }
}
