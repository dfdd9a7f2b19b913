/** Iterators over several sources: one run end to end, a merge of sorted sources, the one entry of a look-up, and what a reader at one moment may see. */
@NullMarked
package io.streambed.lsm.internal.iterator;

import org.jspecify.annotations.NullMarked;
