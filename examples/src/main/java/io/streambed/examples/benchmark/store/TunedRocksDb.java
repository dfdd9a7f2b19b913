package io.streambed.examples.benchmark.store;

import io.streambed.kafka.LsmStoreConfig;
import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksObject;

/**
 * Gives RocksDB the memory that our stores may use by default: one cache as large as our block cache and our memory for indexes and
 * filters together, which holds RocksDB's indexes and filters as well. Write buffers are the same on both sides by default.
 */
public final class TunedRocksDb implements RocksDBConfigSetter {
    private static final long CACHE_BYTES =
            LsmStoreConfig.BLOCK_CACHE_BYTES_DEFAULT + LsmStoreConfig.TABLE_MEMORY_BYTES_DEFAULT;

    private final Cache cache = new LRUCache(CACHE_BYTES);

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
