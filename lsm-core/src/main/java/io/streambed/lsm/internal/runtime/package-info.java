/** What the trees of a process share that is no cache: the background threads. */
@NullMarked
package io.streambed.lsm.internal.runtime;

import org.jspecify.annotations.NullMarked;
