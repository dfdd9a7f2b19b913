package io.streambed.lsm.crash;

import io.streambed.lsm.Durability;
import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.testing.ForwardingFileSystem;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * Mistakes that an engine can make, made for it by the file system below it: seen from above a mistake of the engine and one of
 * the file system look the same. Each must be found by the check of crashes, and for the reason that is named here.
 */
enum Bug {
    DIRECTORY_IS_NEVER_SYNCED(Durability.POWER, "missing", "end is lost", "no committed state") {
        @Override
        FileSystem around(FileSystem files) {
            return new ForwardingFileSystem(files) {
                @Override
                public void syncDirectory() {}
            };
        }
    },

    PATH_IS_NEVER_SYNCED(Durability.POWER, "no committed state") {
        @Override
        FileSystem around(FileSystem files) {
            return new ForwardingFileSystem(files) {
                @Override
                public void syncPath() {}
            };
        }
    },

    DIRECTORY_IS_SYNCED_BEFORE_THE_RENAME_AND_NOT_BEHIND_IT(
            Durability.POWER, "missing", "end is lost", "no committed state") {
        @Override
        FileSystem around(FileSystem files) {
            return new ForwardingFileSystem(files) {
                private boolean renamed;

                @Override
                public void rename(String from, String to) throws IOException {
                    super.syncDirectory();
                    super.rename(from, to);
                    renamed = true;
                }

                @Override
                public void syncDirectory() throws IOException {
                    if (!renamed) {
                        super.syncDirectory();
                    }
                    renamed = false;
                }
            };
        }
    },

    LOGS_ARE_NEVER_SYNCED(Durability.POWER, ".log", "no committed state") {
        @Override
        FileSystem around(FileSystem files) {
            return withoutSync(files, ".log");
        }
    },

    TABLES_ARE_NEVER_SYNCED(Durability.POWER, ".sst") {
        @Override
        FileSystem around(FileSystem files) {
            return withoutSync(files, ".sst");
        }
    },

    MANIFESTS_ARE_NEVER_SYNCED(Durability.POWER, "MANIFEST", "end is lost", "no committed state") {
        @Override
        FileSystem around(FileSystem files) {
            return withoutSync(files, "MANIFEST");
        }
    },

    CURRENT_IS_RENAMED_BEFORE_ITS_BYTES_ARE_SYNCED(Durability.POWER, "CURRENT") {
        @Override
        FileSystem around(FileSystem files) {
            return withoutSync(files, "CURRENT");
        }
    },

    LOG_IS_SYNCED_BEFORE_THE_COMMIT_IS_WRITTEN(Durability.POWER, "no committed state") {
        @Override
        FileSystem around(FileSystem files) {
            return delayingWrites(files, true);
        }
    },

    COMMIT_IS_ACKNOWLEDGED_BEFORE_IT_IS_WRITTEN(Durability.PROCESS, "no committed state") {
        @Override
        FileSystem around(FileSystem files) {
            return delayingWrites(files, false);
        }
    },

    LOGS_ARE_DELETED_BEFORE_THE_MANIFEST_SAYS_SO(Durability.PROCESS, "missing") {
        @Override
        FileSystem around(FileSystem files) {
            return new ForwardingFileSystem(files) {
                @Override
                public AppendFile create(String name) throws IOException {
                    AppendFile file = super.create(name);
                    return !name.endsWith(".sst")
                            ? file
                            : new File(file) {
                                @Override
                                public void sync() throws IOException {
                                    super.sync();
                                    deleteLogs();
                                }
                            };
                }

                private void deleteLogs() throws IOException {
                    for (String name : list()) {
                        if (name.endsWith(".log")) {
                            super.delete(name);
                        }
                    }
                }

                @Override
                public void delete(String name) throws IOException {
                    try {
                        super.delete(name);
                    } catch (NoSuchFileException e) {
                        if (!name.endsWith(".log")) {
                            throw e;
                        }
                    }
                }
            };
        }
    },

    A_LATER_LOG_WRITE_OVERTAKES_AN_EARLIER_ONE_THAT_IS_LOST(Durability.PROCESS, ".log", "no committed state") {
        @Override
        FileSystem around(FileSystem files) {
            return new ForwardingFileSystem(files) {
                @Override
                public AppendFile create(String name) throws IOException {
                    AppendFile file = super.create(name);
                    return !name.endsWith(".log")
                            ? file
                            : new File(file) {
                                private int count;

                                @Override
                                public void write(byte[] bytes, int offset, int length) throws IOException {
                                    byte[] zeros = new byte[length];
                                    boolean lost = ++count == 4;
                                    super.write(lost ? zeros : bytes, lost ? 0 : offset, length);
                                }
                            };
                }
            };
        }
    },

    THE_NEW_CURRENT_NEVER_TAKES_EFFECT(Durability.PROCESS, "missing", "end is lost", "no committed state") {
        @Override
        FileSystem around(FileSystem files) {
            return new ForwardingFileSystem(files) {
                @Override
                public void rename(String from, String to) throws IOException {
                    if (list().contains(to)) {
                        super.delete(from);
                    } else {
                        super.rename(from, to);
                    }
                }
            };
        }
    };

    private final Durability durability;

    @SuppressWarnings("ImmutableEnumChecker") // List.of
    private final List<String> reasons;

    Bug(Durability durability, String... reasons) {
        this.durability = durability;
        this.reasons = List.of(reasons);
    }

    abstract FileSystem around(FileSystem files);

    /** The durability whose promise it breaks. */
    Durability durability() {
        return durability;
    }

    /** What a failure that is due to it says, one of these. */
    List<String> reasons() {
        return reasons;
    }

    private static FileSystem withoutSync(FileSystem files, String part) {
        return new ForwardingFileSystem(files) {
            @Override
            public AppendFile create(String name) throws IOException {
                AppendFile file = super.create(name);
                return !name.contains(part)
                        ? file
                        : new File(file) {
                            @Override
                            public void sync() {}
                        };
            }
        };
    }

    /** A write to a log reaches the file with the next write, or right behind the next sync if {@code behindSync}, or at closing. */
    private static FileSystem delayingWrites(FileSystem files, boolean behindSync) {
        return new ForwardingFileSystem(files) {
            @Override
            public AppendFile create(String name) throws IOException {
                AppendFile file = super.create(name);
                return !name.endsWith(".log")
                        ? file
                        : new File(file) {
                            private byte[] waiting = new byte[0];
                            private boolean header = true;

                            @Override
                            public void write(byte[] bytes, int offset, int length) throws IOException {
                                flush();
                                waiting = new byte[length];
                                System.arraycopy(bytes, offset, waiting, 0, length);
                                if (header) {
                                    header = false;
                                    flush();
                                }
                            }

                            @Override
                            public void sync() throws IOException {
                                super.sync();
                                if (behindSync) {
                                    flush();
                                }
                            }

                            @Override
                            public void close() throws IOException {
                                flush();
                                super.close();
                            }

                            private void flush() throws IOException {
                                super.write(waiting, 0, waiting.length);
                                waiting = new byte[0];
                            }
                        };
            }
        };
    }
}
