package io.streambed.lsm.internal.sstable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.internal.entry.SeqRanges;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever happens to the bytes of a table, it answers right or with {@link CorruptFileException}. */
final class TableCorruptionTest {
    enum Codec {
        NONE,
        LZ4,
        ZSTD;

        BlockCodec get() {
            return switch (this) {
                case NONE -> BlockCodec.NONE;
                case LZ4 -> BlockCodec.lz4();
                case ZSTD -> BlockCodec.zstd();
            };
        }
    }

    private static final long NUMBER = 3;

    private final MemoryFileSystem fs = new MemoryFileSystem();
    private final List<Entry> entries = new ArrayList<>();
    private final List<Entry> reversed = new ArrayList<>();
    private int errors;
    private int rightAnswers;

    @BeforeEach
    void makeEntries() {
        for (int i = 0; i < 24; i++) {
            String key = "key/%03d".formatted(i / 2 * 7);
            String value = "a value that compresses, presses, presses well " + i;
            entries.add(i % 7 == 3 ? Entry.delete(key, 100 - i) : Entry.put(key, 100 - i, value));
        }
        reversed.addAll(entries);
        Collections.reverse(reversed);
    }

    @ParameterizedTest
    @EnumSource
    void everyByteChanged(Codec codec) throws IOException {
        byte[] file = write(codec);
        Random random = new Random(1);
        for (int at = 0; at < file.length; at++) {
            for (int with : new int[] {file[at] ^ (1 << random.nextInt(8)), 0, 0xff}) {
                if ((byte) with != file[at]) {
                    byte[] wrong = file.clone();
                    wrong[at] = (byte) with;
                    read(wrong);
                    assertThrows(CorruptFileException.class, () -> open(wrong).verify());
                }
            }
        }
        System.out.println("TableCorruptionTest " + codec + ": " + file.length + " bytes, " + errors + " errors, "
                + rightAnswers + " right answers");
        // Data blocks are most of the file, and a wrong one spoils few answers.
        assertTrue(rightAnswers > errors / 10 && errors > file.length);
    }

    @ParameterizedTest
    @EnumSource
    void everyLength(Codec codec) throws IOException {
        byte[] file = write(codec);
        for (int length = 0; length < file.length; length++) {
            byte[] wrong = Arrays.copyOf(file, length);
            assertThrows(CorruptFileException.class, () -> open(wrong));
        }
        for (int more = 1; more < 200; more++) {
            byte[] wrong = Arrays.copyOf(file, file.length + more);
            assertThrows(CorruptFileException.class, () -> open(wrong));
        }
    }

    @ParameterizedTest
    @EnumSource
    void zeroedPieces(Codec codec) throws IOException {
        byte[] file = write(codec);
        for (int at = 0; at < file.length; at += 16) {
            byte[] wrong = file.clone();
            Arrays.fill(wrong, at, Math.min(at + 128, file.length), (byte) 0);
            read(wrong);
            assertThrows(CorruptFileException.class, () -> open(wrong).verify());
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherTablesNumber(Codec codec) throws IOException {
        byte[] file = write(codec);
        fs.setContent(Tables.name(NUMBER + 1), file);
        assertThrows(CorruptFileException.class, () -> Tables.open(fs, NUMBER + 1));
    }

    @ParameterizedTest
    @EnumSource
    void swappedBlocks(Codec codec) throws IOException {
        // Values of one length and keys of one length make data blocks of one length.
        List<Entry> alike = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            alike.add(Entry.put("%03d".formatted(i), 50 + i, "%08x".formatted(i * 0x9e3779b9)));
        }
        Tables.write(fs, NUMBER, new TableWriter.Settings(1, 4, 10, codec.get()), alike);
        byte[] file = fs.content(Tables.name(NUMBER));
        int block = DataBlockLength.of(file);
        byte[] wrong = file.clone();
        System.arraycopy(file, 0, wrong, block, block);
        System.arraycopy(file, block, wrong, 0, block);
        TableReader reader = open(wrong);
        assertThrows(CorruptFileException.class, () -> Tables.get(reader, "000"));
        assertThrows(CorruptFileException.class, () -> Tables.get(reader, "001"));
        assertTrue(Tables.get(reader, "002").length == 8);
    }

    /** The length of the first block, found by looking for where the second one begins. */
    private static final class DataBlockLength {
        static int of(byte[] file) {
            for (int at = 8; at < 100; at++) {
                // A block of one entry begins with a count of one.
                if (file[at] == 1 && file[at + 1] == 0 && file[at + 2] == 0 && file[at + 3] == 0) {
                    return at;
                }
            }
            return fail("no second block");
        }
    }

    private byte[] write(Codec codec) throws IOException {
        Tables.write(fs, NUMBER, new TableWriter.Settings(200, 4, 10, codec.get()), entries);
        return fs.content(Tables.name(NUMBER));
    }

    private TableReader open(byte[] file) throws IOException {
        fs.setContent(Tables.name(NUMBER), file);
        return Tables.open(fs, NUMBER);
    }

    private void read(byte[] file) throws IOException {
        TableReader reader;
        try {
            reader = open(file);
        } catch (CorruptFileException e) {
            assertEquals(Tables.name(NUMBER), e.file());
            errors++;
            return;
        }
        for (Entry entry : entries) {
            try {
                Tables.assertLookup(entry, Tables.get(reader, entry.key(), entry.seqNo(), SeqRanges.NONE));
                rightAnswers++;
            } catch (CorruptFileException e) {
                errors++;
            }
        }
        for (ReadMode mode : ReadMode.values()) {
            try {
                assertEquals(entries, Tables.forwards(reader, mode));
                rightAnswers++;
            } catch (CorruptFileException e) {
                errors++;
            }
            try {
                assertEquals(reversed, Tables.backwards(reader, mode));
                rightAnswers++;
            } catch (CorruptFileException e) {
                errors++;
            }
        }
    }
}
