/** Byte views, variable-length integers, checksums, heads and hashes of keys. The lowest layer: it uses nothing else of the engine. */
@NullMarked
package io.streambed.lsm.bytes;

import org.jspecify.annotations.NullMarked;
