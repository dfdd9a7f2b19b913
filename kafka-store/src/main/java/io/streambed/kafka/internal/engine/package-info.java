/**
 * One store's tree: opening and closing it, what a commit holds (changelog offsets and position beside the data), restoring from
 * the changelog, and the engine's runtime that all stores of the process share.
 *
 * <p>Knows nothing of kinds of store: keys and values are bytes here.
 */
@NullMarked
package io.streambed.kafka.internal.engine;

import org.jspecify.annotations.NullMarked;
