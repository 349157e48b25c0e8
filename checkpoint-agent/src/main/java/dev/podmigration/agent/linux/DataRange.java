package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;
import static dev.podmigration.agent.linux.SystemCall.LONG;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A part of a file that holds data; between two of them is a hole that reads as zeros. */
public record DataRange(long offset, long length) {
    private static final SystemCall LSEEK = SystemCall.ofLong("lseek", INT, LONG, INT);
    private static final int SEEK_END = 2;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;

    /**
     * The data of a regular file, in order. A file system that knows no holes answers with one
     * range for the whole file; an empty file or one that is all hole has none.
     */
    public static List<DataRange> of(Path file) throws ErrnoException {
        try (Descriptor descriptor = Descriptor.open(file, Descriptor.READ_ONLY)) {
            int fd = descriptor.number();
            long end = LSEEK.call(file, fd, 0L, SEEK_END);
            List<DataRange> ranges = new ArrayList<>();
            long position = 0;
            while (position < end) {
                long start;
                try {
                    start = LSEEK.call(file, fd, position, SEEK_DATA);
                } catch (ErrnoException e) {
                    if (e.is("ENXIO")) { // no data after this position
                        break;
                    }
                    throw e;
                }
                position = Math.min(end, LSEEK.call(file, fd, start, SEEK_HOLE));
                if (position > start) {
                    ranges.add(new DataRange(start, position - start));
                }
            }
            return ranges;
        }
    }
}
