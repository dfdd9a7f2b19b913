package io.streambed.examples.benchmark.store;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksObject;

/**
 * Gives RocksDB the memory that our stores may use by default, a quarter of the largest heap (lsm.memory.bytes): one cache of that size,
 * which holds indexes and filters as well. Its write buffers come on top of that, where ours are part of it.
 */
public final class TunedRocksDb implements RocksDBConfigSetter {
    private final Cache cache = new LRUCache(Runtime.getRuntime().maxMemory() / 4);

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        BlockBasedTableConfig tables = (BlockBasedTableConfig) options.tableFormatConfig();
        tables.setBlockCache(cache);
        tables.setCacheIndexAndFilterBlocks(true);
        options.setTableFormatConfig(tables);
    }

    @Override
    public void close(String storeName, Options options) {
        ((RocksObject) cache).close();
    }
}
