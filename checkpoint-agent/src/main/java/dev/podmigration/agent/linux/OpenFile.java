package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;
import static dev.podmigration.agent.linux.SystemCall.LONG;
import static dev.podmigration.agent.linux.SystemCall.POINTER;

import java.io.EOFException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An open regular file, read and written by position. Unlike a {@code FileChannel} it says by
 * {@link ErrnoException} that a device is full.
 *
 * <p>Buffers are direct ones: the kernel reads and writes them in place. Not thread-safe.
 */
public final class OpenFile implements AutoCloseable {
    private static final SystemCall PREAD = SystemCall.ofLong("pread", INT, POINTER, LONG, LONG);
    private static final SystemCall PWRITE = SystemCall.ofLong("pwrite", INT, POINTER, LONG, LONG);
    private static final SystemCall LSEEK = SystemCall.ofLong("lseek", INT, LONG, INT);
    private static final SystemCall FTRUNCATE = SystemCall.ofInt("ftruncate", INT, LONG);
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;

    private final Descriptor descriptor;

    OpenFile(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    public FileStatus status() throws ErrnoException {
        return FileStatus.ofDescriptor(descriptor.number(), descriptor);
    }

    /**
     * The first stretch of data that starts or lies at or after a position, or empty if only a hole
     * or nothing follows. One stretch at a time, because the file may be growing.
     */
    public Optional<DataRange> dataFrom(long position) throws ErrnoException {
        try {
            long start = LSEEK.call(descriptor, descriptor.number(), position, SEEK_DATA);
            long end = LSEEK.call(descriptor, descriptor.number(), start, SEEK_HOLE);
            return Optional.of(new DataRange(start, end - start));
        } catch (ErrnoException e) {
            if (e.is("ENXIO")) { // nothing but a hole, or the file became shorter
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Reads into the buffer's remaining space and moves its position.
     *
     * @return the number of bytes; 0 at the end of the file
     */
    public int read(ByteBuffer direct, long position) throws ErrnoException {
        long count =
                PREAD.call(
                        descriptor,
                        descriptor.number(),
                        segment(direct),
                        (long) direct.remaining(),
                        position);
        direct.position(direct.position() + (int) count);
        return (int) count;
    }

    /** Writes all that remains in the buffer. */
    public void write(ByteBuffer direct, long position) throws ErrnoException, EOFException {
        long at = position;
        while (direct.hasRemaining()) {
            long count =
                    PWRITE.call(
                            descriptor,
                            descriptor.number(),
                            segment(direct),
                            (long) direct.remaining(),
                            at);
            if (count == 0) {
                throw new EOFException("nothing written to " + descriptor + " at " + at);
            }
            at += count;
            direct.position(direct.position() + (int) count);
        }
    }

    /** Makes the file this long: cut off, or with a hole at its end. */
    public void truncate(long size) throws ErrnoException {
        FTRUNCATE.call(descriptor, descriptor.number(), size);
    }

    /**
     * A path that means exactly this file until it is closed. Calls that do not follow links do not
     * reach the file by it.
     */
    public Path path() {
        return Path.of("/proc/self/fd", Integer.toString(descriptor.number()));
    }

    @Override
    public void close() throws ErrnoException {
        descriptor.close();
    }

    private static MemorySegment segment(ByteBuffer direct) {
        if (!direct.isDirect()) {
            throw new IllegalArgumentException("the kernel needs a direct buffer");
        }
        return MemorySegment.ofBuffer(direct);
    }
}
