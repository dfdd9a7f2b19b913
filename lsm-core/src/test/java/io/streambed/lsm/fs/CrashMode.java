package io.streambed.lsm.fs;

/** What a loss of power leaves of that which had not been synced; what had been synced is always left. */
public enum CrashMode {
    /** Nothing of it. */
    NONE,

    /** All of it, as if the power had failed a minute later. */
    ALL,

    /** Of each file, the first bytes, cut anywhere; of the directory's changes, the first ones. */
    RANDOM_PREFIX,

    /** Of each file, sectors of 512 bytes here and there, zeros between them; of the directory's changes, some. */
    RANDOM_SECTORS,

    /** All changes of the directory and the length of every file, but zeros in place of the bytes. */
    ZEROED,

    /** All changes of the directory, but no bytes: the new name on an empty file. */
    RENAME_KEPT_DATA_LOST
}
