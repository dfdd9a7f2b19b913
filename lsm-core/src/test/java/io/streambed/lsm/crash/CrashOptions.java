package io.streambed.lsm.crash;

import io.streambed.lsm.Compression;
import io.streambed.lsm.Durability;
import io.streambed.lsm.LsmOptions;

/** Small buffers and tables, so that a short session has all kinds of files. */
final class CrashOptions {
    private CrashOptions() {}

    static LsmOptions of(Durability durability, boolean commitEveryWrite) {
        return LsmOptions.builder()
                .durability(durability)
                .commitEveryWrite(commitEveryWrite)
                .writeBufferBytes(64L << 10)
                .maxWriteBuffers(16)
                .tableBytes(64L << 10)
                .compression(Compression.LZ4)
                .blockBytes(512)
                .build();
    }
}
