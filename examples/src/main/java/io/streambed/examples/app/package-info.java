/** What every app stands in: how it ends, where it keeps its data and how it talks to its user. Knows no app and no broker. */
@NullMarked
package io.streambed.examples.app;

import org.jspecify.annotations.NullMarked;
