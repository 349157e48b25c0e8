package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;
import static dev.podmigration.agent.linux.SystemCall.POINTER;

import java.lang.foreign.MemorySegment;

/**
 * One process, and never the one that gets its number when it has ended (pidfd, Linux 5.3).
 *
 * <p>Thread-safe until closed.
 */
public final class ProcessReference implements AutoCloseable {
    /** Neither has a function in every C library; their numbers are the same everywhere. */
    private static final long PIDFD_OPEN_NUMBER = 434;

    private static final long PIDFD_SEND_SIGNAL_NUMBER = 424;

    private static final SystemCall PIDFD_OPEN = SystemCall.numbered("pidfd_open", INT, INT);
    private static final SystemCall PIDFD_SEND_SIGNAL =
            SystemCall.numbered("pidfd_send_signal", INT, INT, POINTER, INT);

    private final Descriptor descriptor;

    private ProcessReference(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * ESRCH if there is none. What was known of the process before has to be looked at again: the
     * number may have been another's already.
     */
    public static ProcessReference to(long pid) throws ErrnoException {
        String subject = "process " + pid;
        return new ProcessReference(
                new Descriptor(
                        PIDFD_OPEN.call(subject, PIDFD_OPEN_NUMBER, Math.toIntExact(pid), 0),
                        subject));
    }

    /** ESRCH if it has ended. */
    public void send(Signal signal) throws ErrnoException {
        PIDFD_SEND_SIGNAL.call(
                descriptor,
                PIDFD_SEND_SIGNAL_NUMBER,
                descriptor.number(),
                signal.number(),
                MemorySegment.NULL,
                0);
    }

    @Override
    public void close() throws ErrnoException {
        descriptor.close();
    }
}
