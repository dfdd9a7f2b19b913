/**
 * Logs: files of framed, checksummed records that are appended to and read from the beginning. On top of them the write-ahead
 * log; the manifest is one too.
 */
@NullMarked
package io.streambed.lsm.internal.log;

import org.jspecify.annotations.NullMarked;
