/**
 * The engine: an ordered map from byte strings to byte strings on disk. What is exported is what users name; the rest may change with any
 * release.
 */
@SuppressWarnings("requires-automatic") // The codec's jar names its module, but has no descriptor.
module io.streambed.lsm {
    requires org.slf4j;
    // Unmaps files before JDK 22, which has a public way.
    requires jdk.unsupported;
    requires static transitive org.jspecify;
    // Found at run time where a tree asks for LZ4 or Zstandard.
    requires static org.lz4.java;
    requires static com.github.luben.zstd_jni;

    exports io.streambed.lsm;
    exports io.streambed.lsm.bytes;
    exports io.streambed.lsm.fs;
}
