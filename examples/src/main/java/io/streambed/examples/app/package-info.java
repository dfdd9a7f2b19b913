/** What every app stands in: how it ends, where it keeps its data, how it reaches a broker and how it shows its progress. */
@NullMarked
package io.streambed.examples.app;

import org.jspecify.annotations.NullMarked;
