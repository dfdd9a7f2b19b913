package io.streambed.lsm.kill;

import io.streambed.lsm.Durability;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.testing.ByteMaps;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Writes to a tree until it is killed, and says on standard output which commits were acknowledged. */
final class Child {
    private Child() {}

    /** Arguments: directory, durability, seed. */
    public static void main(String[] args) {
        CommittedWork work = new CommittedWork(Long.parseLong(args[2]));
        LsmOptions options = options(Durability.valueOf(args[1]));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
        try (LsmTree tree = LsmTree.open(Path.of(args[0]), options)) {
            byte[] last = tree.committedMetadata();
            long number = last == null ? 0 : Long.parseLong(ByteMaps.text(last));
            while (true) {
                number++;
                work.commit(tree, number);
                out.println(number);
            }
        }
    }

    static LsmOptions options(Durability durability) {
        return LsmOptions.builder()
                .durability(durability)
                .commitEveryWrite(false)
                .writeBufferBytes(64L << 10)
                .tableBytes(64L << 10)
                .build();
    }
}
