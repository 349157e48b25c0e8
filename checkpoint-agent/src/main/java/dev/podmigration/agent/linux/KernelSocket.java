package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;
import static dev.podmigration.agent.linux.SystemCall.LONG;
import static dev.podmigration.agent.linux.SystemCall.POINTER;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A socket of a family that {@link java.net} does not know. It belongs to the network namespace of
 * the thread that opens it and may be used from any thread afterwards.
 */
final class KernelSocket implements AutoCloseable {
    static final int NON_BLOCKING = 0x40; // MSG_DONTWAIT
    static final int REAL_LENGTH =
            0x20; // MSG_TRUNC: answer the length of the message even if the buffer is shorter

    private static final int TYPE_RAW = 3;
    private static final int TYPE_CLOSE_ON_EXEC = 0x80000;

    private static final SystemCall SOCKET = SystemCall.ofInt("socket", INT, INT, INT);
    private static final SystemCall BIND = SystemCall.ofInt("bind", INT, POINTER, INT);
    private static final SystemCall SET_OPTION =
            SystemCall.ofInt("setsockopt", INT, INT, INT, POINTER, INT);
    private static final SystemCall GET_OPTION =
            SystemCall.ofInt("getsockopt", INT, INT, INT, POINTER, POINTER);
    private static final SystemCall SEND = SystemCall.ofLong("send", INT, POINTER, LONG, INT);
    private static final SystemCall RECEIVE =
            SystemCall.ofLong("recvfrom", INT, POINTER, LONG, INT, POINTER, POINTER);

    private final Descriptor descriptor;
    private final String subject;

    private KernelSocket(Descriptor descriptor, String subject) {
        this.descriptor = descriptor;
        this.subject = subject;
    }

    static KernelSocket open(int family, int protocol, String subject) throws ErrnoException {
        long fd = SOCKET.call(subject, family, TYPE_RAW | TYPE_CLOSE_ON_EXEC, protocol);
        return new KernelSocket(new Descriptor(fd, subject), subject);
    }

    int number() {
        return descriptor.number();
    }

    void bind(MemorySegment address) throws ErrnoException {
        BIND.call(subject, number(), address, (int) address.byteSize());
    }

    void set(int level, int option, int value) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            SET_OPTION.call(
                    subject, number(), level, option, arena.allocateFrom(JAVA_INT, value), 4);
        }
    }

    /** Fills {@code value} with a structure that the kernel answers. */
    void get(int level, int option, MemorySegment value) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) value.byteSize());
            GET_OPTION.call(subject, number(), level, option, value, length);
        }
    }

    void send(byte[] message) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            SEND.call(
                    subject,
                    number(),
                    arena.allocateFrom(JAVA_BYTE, message),
                    (long) message.length,
                    0);
        }
    }

    /**
     * Receives one message.
     *
     * @param sender filled with the address of the sender; {@link MemorySegment#NULL} if it is not
     *     wanted
     * @param senderLength a C int with the size of {@code sender}; {@link MemorySegment#NULL}
     *     likewise
     */
    long receive(MemorySegment buffer, int flags, MemorySegment sender, MemorySegment senderLength)
            throws ErrnoException {
        return RECEIVE.call(
                subject, number(), buffer, buffer.byteSize(), flags, sender, senderLength);
    }

    @Override
    public void close() throws ErrnoException {
        descriptor.close();
    }
}
