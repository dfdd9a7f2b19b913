/**
 * Counts words: the shortest topology that needs a store. {@link io.streambed.examples.wordcount.CountWords} is that topology; all
 * else here gets a text in, exactly once, and the result out.
 *
 * <pre>
 * InputText ─ Lines ─► InputWriter ─► input topic ─► words ─► topic of words ─► counts (store) ─► TopWords
 *                          └────────► journal        └──────── CountWords ────────────┘
 * </pre>
 */
@NullMarked
package io.streambed.examples.wordcount;

import org.jspecify.annotations.NullMarked;
