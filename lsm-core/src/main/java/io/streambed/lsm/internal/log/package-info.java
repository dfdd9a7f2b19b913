/** Logs of framed, checksummed records; on top of them the write-ahead log. */
@NullMarked
package io.streambed.lsm.internal.log;

import org.jspecify.annotations.NullMarked;
