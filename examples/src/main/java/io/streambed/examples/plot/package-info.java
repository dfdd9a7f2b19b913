/** Plots as SVG and pages that show them, which need nothing but the file that they are in. Uses nothing of the other packages. */
@NullMarked
package io.streambed.examples.plot;

import org.jspecify.annotations.NullMarked;
