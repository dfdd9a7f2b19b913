/**
 * Counts page views by page in windows and by user in sessions, and knows what has to come out: the input is made from a seed, so the
 * same counts are also worked out with plain collections, and the two are compared. {@link io.streambed.examples.pageviews.CountViews}
 * is the topology.
 *
 * <pre>
 * Views ─ Feed ─► InputWriter ─► input topic ─┬─► minutes ─► closed, top      (stores)
 *   │                                         ├─► five-minutes                    │
 *   │                                         └─► topic by user ─► sessions       │
 *   └─► Expectation ─► Counts ─► Differences ◄─ Counts ◄─ ReadBack ◄──────────────┘
 * </pre>
 */
@NullMarked
package io.streambed.examples.pageviews;

import org.jspecify.annotations.NullMarked;
