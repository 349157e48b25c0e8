package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;
import static dev.podmigration.agent.linux.SystemCall.LONG;
import static dev.podmigration.agent.linux.SystemCall.POINTER;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The reading end of a named pipe. Neither opening nor reading waits for a writer, which {@code
 * FileChannel} cannot do.
 *
 * <p>Thread-safe: it may be closed while another thread reads.
 */
public final class PipeReader implements AutoCloseable {
    private static final SystemCall READ = SystemCall.ofLong("read", INT, POINTER, LONG);
    private static final SystemCall FCNTL = SystemCall.ofVariadicInt("fcntl", 2, INT, INT, INT);
    private static final int O_NONBLOCK = 0x800;
    private static final int F_SETPIPE_SZ = 1031;

    private final Descriptor descriptor;
    private boolean closed;

    private PipeReader(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    public static PipeReader open(Path pipe) throws ErrnoException {
        return new PipeReader(Descriptor.open(pipe, Descriptor.READ_ONLY | O_NONBLOCK));
    }

    /**
     * Lets the pipe hold this much.
     *
     * @param bytes a power of two
     * @throws ErrnoException EPERM beyond what the kernel allows (pipe(7): pipe-max-size, 1 MiB
     *     unless somebody changed it, and pipe-user-pages-soft)
     */
    public synchronized void setCapacity(int bytes) throws ErrnoException {
        if (!closed) {
            FCNTL.call(descriptor, descriptor.number(), F_SETPIPE_SZ, bytes);
        }
    }

    /**
     * Reads what is there into the buffer's remaining space and moves its position.
     *
     * @return the number of bytes; 0 if nothing is there now, whether or not somebody may still
     *     write, and after {@link #close}
     */
    public synchronized int read(ByteBuffer direct) throws ErrnoException {
        if (closed) {
            return 0;
        }
        try {
            long count =
                    READ.call(
                            descriptor,
                            descriptor.number(),
                            MemorySegment.ofBuffer(direct),
                            (long) direct.remaining());
            direct.position(direct.position() + (int) count);
            return (int) count;
        } catch (ErrnoException e) {
            if (e.is("EAGAIN")) {
                return 0;
            }
            throw e;
        }
    }

    /** Whoever writes into the pipe from now on fails with EPIPE. */
    @Override
    public synchronized void close() throws ErrnoException {
        closed = true;
        descriptor.close();
    }
}
