package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.fs.CorruptFileException;
import java.io.IOException;

/**
 * The {@link BloomFilter} of a table that is left in its file: each question reads the one line that answers it. For whoever has few
 * questions for each of many tables, and would load megabytes to answer them. Immutable, for any number of threads.
 *
 * <p>A line has no checksum of its own, so what is read is not checked: damage makes an answer wrong, in either direction.
 */
final class FilterInFile {
    private final TableFile file;
    private final long firstLine;
    private final int lines;
    private final int probes;

    private FilterInFile(TableFile file, long firstLine, int lines, int probes) {
        this.file = file;
        this.firstLine = firstLine;
        this.lines = lines;
        this.probes = probes;
    }

    /** Finds the filter by the table's footer. */
    static FilterInFile of(TableFile file) throws IOException {
        BlockHandle filter = Footer.read(file).filter();
        byte[] header = new byte[BloomFilter.HEADER_BYTES];
        file.readFully(filter.position(), header, 0, header.length);
        try {
            BloomFilter.Shape shape = BloomFilter.Shape.parse(header, 0, filter.length());
            return new FilterInFile(file, filter.position() + BloomFilter.HEADER_BYTES, shape.lines(), shape.probes());
        } catch (MalformedBytesException e) {
            throw new CorruptFileException(file.name(), filter.position(), e);
        }
    }

    boolean mayContain(long keyHash) throws IOException {
        byte[] line = new byte[BloomFilter.LINE_BYTES];
        file.readFully(
                firstLine + (long) BloomFilter.line(keyHash, lines) * BloomFilter.LINE_BYTES, line, 0, line.length);
        return BloomFilter.ofOneLine(line, probes).mayContain(keyHash);
    }
}
