/** What the trees of a process share that is no cache: the background threads, and the memory of write buffers. */
@NullMarked
package io.streambed.lsm.internal.runtime;

import org.jspecify.annotations.NullMarked;
