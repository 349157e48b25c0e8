package dev.podmigration.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * Tells that interfaces of one network namespace have changed: came, went, were switched
 * (rtnetlink(7), its group of links). What has changed is for the caller to look up, so that no
 * message that the kernel had to drop is missed.
 *
 * <p>One thread at a time.
 */
public final class LinkWatch implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int NETLINK_ROUTE = 0;
    private static final int RTMGRP_LINK = 1;

    /** struct sockaddr_nl: family, padding, port, groups. */
    private static final int ADDRESS_BYTES = 12;

    private final KernelSocket socket;
    private final WakeUp wakeUp;
    private final MemorySegment buffer = Arena.ofAuto().allocate(1 << 16);

    private LinkWatch(KernelSocket socket, WakeUp wakeUp) {
        this.socket = socket;
        this.wakeUp = wakeUp;
    }

    /** From this call on nothing is missed. */
    public static LinkWatch open(NetworkNamespace namespace)
            throws IOException, InterruptedException {
        return namespace.call(() -> openHere("links of " + namespace));
    }

    private static LinkWatch openHere(String subject) throws ErrnoException {
        KernelSocket socket = KernelSocket.open(AF_NETLINK, NETLINK_ROUTE, subject);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ADDRESS_BYTES, 4);
            address.set(JAVA_SHORT, 0, (short) AF_NETLINK);
            address.set(JAVA_INT, 8, RTMGRP_LINK);
            socket.bind(address);
            return new LinkWatch(socket, new WakeUp());
        } catch (ErrnoException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Waits for a change since the last call.
     *
     * @return false if there was none within the limit
     */
    public boolean await(Duration limit) throws ErrnoException {
        if (!wakeUp.await(socket.number(), limit)) {
            return false;
        }
        try {
            while (true) {
                socket.receive(
                        buffer, KernelSocket.NON_BLOCKING, MemorySegment.NULL, MemorySegment.NULL);
            }
        } catch (ErrnoException e) {
            // ENOBUFS: more has changed than the kernel could keep for us.
            if (e.is("EAGAIN") || e.is("ENOBUFS")) {
                return true;
            }
            throw e;
        }
    }

    @Override
    public void close() throws ErrnoException {
        try (wakeUp) {
            socket.close();
        }
    }
}
