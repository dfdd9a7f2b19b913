/** What all sorted sources have in common: entries (user key, sequence number, kind, value) and the iterator over them. */
@NullMarked
package io.streambed.lsm.internal.entry;

import org.jspecify.annotations.NullMarked;
