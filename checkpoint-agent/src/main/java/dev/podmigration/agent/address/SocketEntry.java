package dev.podmigration.agent.address;

import java.net.InetAddress;

/**
 * One line of /proc/PID/net/tcp and its kin. An IPv4 address that an IPv6 socket uses ({@code
 * ::ffff:10.9.0.2}) appears as the IPv4 address that it is.
 */
public record SocketEntry(
        Protocol protocol,
        InetAddress local,
        int localPort,
        InetAddress remote,
        int remotePort,
        State state) {

    /** Kinds of sockets with addresses. */
    public enum Protocol {
        TCP,
        UDP,
        RAW
    }

    /**
     * The numbers of include/net/tcp_states.h, which all protocols use: a UDP socket is ESTABLISHED
     * or CLOSE.
     */
    public enum State {
        ESTABLISHED,
        SYN_SENT,
        SYN_RECV,
        FIN_WAIT1,
        FIN_WAIT2,
        TIME_WAIT,
        CLOSE,
        CLOSE_WAIT,
        LAST_ACK,
        LISTEN,
        CLOSING,
        NEW_SYN_RECV;

        static State of(int number) {
            if (number < 1 || number > values().length) {
                throw new IllegalArgumentException("unknown socket state " + number);
            }
            return values()[number - 1];
        }
    }

    /**
     * Whether the socket cannot do without its local address: it is bound to it or connected from
     * it. A connection in TIME_WAIT has no socket any more and is not moved.
     */
    public boolean needsAddress() {
        return state != State.TIME_WAIT && !local.isAnyLocalAddress();
    }
}
