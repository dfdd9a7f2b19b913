/** The engine: a log-structured merge-tree that keeps bytes under bytes. */
@NullMarked
package io.streambed.lsm;

import org.jspecify.annotations.NullMarked;
