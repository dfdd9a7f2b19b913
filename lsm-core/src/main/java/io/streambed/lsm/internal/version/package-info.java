/** Which tables there are, where they stand and what was committed with them: values without open files, and their log, the manifest. */
@NullMarked
package io.streambed.lsm.internal.version;

import org.jspecify.annotations.NullMarked;
