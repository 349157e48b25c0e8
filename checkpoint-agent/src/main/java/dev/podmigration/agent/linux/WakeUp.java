package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;
import static dev.podmigration.agent.linux.SystemCall.LONG;
import static dev.podmigration.agent.linux.SystemCall.POINTER;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * Waits until a descriptor can be read, or until another thread says that the waiting is over (an
 * eventfd).
 */
final class WakeUp implements AutoCloseable {
    private static final SystemCall EVENTFD = SystemCall.ofInt("eventfd", INT, INT);
    private static final SystemCall WRITE = SystemCall.ofLong("write", INT, POINTER, LONG);
    private static final SystemCall POLL = SystemCall.ofInt("poll", POINTER, LONG, INT);
    private static final short POLLIN = 1;

    private final Descriptor event;

    WakeUp() throws ErrnoException {
        event = new Descriptor(EVENTFD.call("eventfd", 0, Descriptor.CLOSE_ON_EXEC), "eventfd");
    }

    /** From now on {@link #await} returns at once. */
    void signal() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            WRITE.call("eventfd", event.number(), arena.allocateFrom(JAVA_LONG, 1), 8L);
        }
    }

    /** Whether the descriptor can be read (or has an error to report). */
    boolean await(int descriptor, Duration limit) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entries = arena.allocate(16, 4);
            entries.set(JAVA_INT, 0, descriptor);
            entries.set(JAVA_SHORT, 4, POLLIN);
            entries.set(JAVA_INT, 8, event.number());
            entries.set(JAVA_SHORT, 12, POLLIN);
            POLL.call("poll", entries, 2L, Math.toIntExact(limit.toMillis()));
            return entries.get(JAVA_SHORT, 6) != 0;
        }
    }

    @Override
    public void close() throws ErrnoException {
        event.close();
    }
}
