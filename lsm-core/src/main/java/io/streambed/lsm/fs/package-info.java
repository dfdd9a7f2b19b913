/**
 * The one door to files: a flat, narrow file system that tests can break on purpose. No other package opens a file.
 */
@NullMarked
package io.streambed.lsm.fs;

import org.jspecify.annotations.NullMarked;
