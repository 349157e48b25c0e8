package dev.podmigration.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.podmigration.agent.linux.NetlinkMessage.Request;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The packet filter (nf_tables) of one network namespace, changed through nfnetlink without any
 * program: docs/decisions/0002-packet-filter-without-a-program.md. It never reads other people's
 * rules.
 *
 * <p>One thread at a time.
 */
public final class Netfilter implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int NETLINK_NETFILTER = 12;
    private static final int NEW_TABLE = NetfilterTransaction.SUBSYSTEM;
    private static final int GET_TABLE = NetfilterTransaction.SUBSYSTEM | 1;
    private static final int REQUEST_DUMP = 0x301;
    private static final int NFGENMSG_BYTES = 4;
    private static final int EMSGSIZE = 90;
    private static final int EPROTO = 71;

    private final KernelSocket socket;
    private final MemorySegment buffer = Arena.ofAuto().allocate(1 << 16);
    private final String subject;

    private Netfilter(KernelSocket socket, String subject) {
        this.socket = socket;
        this.subject = subject;
    }

    /** Opens a connection to the packet filter of a namespace. Needs CAP_NET_ADMIN there. */
    public static Netfilter open(NetworkNamespace namespace)
            throws IOException, InterruptedException {
        String subject = "packet filter of " + namespace;
        return namespace.call(
                () ->
                        new Netfilter(
                                KernelSocket.open(AF_NETLINK, NETLINK_NETFILTER, subject),
                                subject));
    }

    /**
     * Makes the changes; they are in force when this returns.
     *
     * @throws ErrnoException what the kernel said to the first change that it refused; then none
     *     was made
     */
    public void commit(NetfilterTransaction transaction) throws ErrnoException {
        socket.send(transaction.build());
        // The kernel has answered each change, and a failed commit as such, before send returned.
        int acknowledged = 0;
        for (NetlinkMessage message : received()) {
            if (message.type() == NetlinkMessage.ERROR) {
                int error = -message.fields().getInt();
                if (error != 0) {
                    throw new ErrnoException("nf_tables", error, subject);
                }
                acknowledged++;
            }
        }
        if (acknowledged != transaction.size()) {
            throw new ErrnoException("nf_tables", EPROTO, subject);
        }
    }

    /** The names of all tables, of every family. */
    public List<String> tables() throws ErrnoException {
        socket.send(new Request(GET_TABLE, REQUEST_DUMP, 0).bytes(0, 0, 0, 0).build());
        List<String> names = new ArrayList<>();
        while (true) {
            for (NetlinkMessage message : receive(0)) {
                switch (message.type()) {
                    case NetlinkMessage.DONE -> {
                        return names;
                    }
                    case NetlinkMessage.ERROR ->
                            throw new ErrnoException(
                                    "nf_tables", -message.fields().getInt(), subject);
                    case NEW_TABLE -> {
                        byte[] name =
                                message.attributes(NFGENMSG_BYTES)
                                        .getOrDefault(NetfilterTransaction.TABLE_NAME, new byte[0]);
                        names.add(NetlinkMessage.text(name));
                    }
                    default -> throw new ErrnoException("nf_tables", EPROTO, subject);
                }
            }
        }
    }

    private List<NetlinkMessage> received() throws ErrnoException {
        List<NetlinkMessage> all = new ArrayList<>();
        try {
            while (true) {
                all.addAll(receive(KernelSocket.NON_BLOCKING));
            }
        } catch (ErrnoException e) {
            if (e.is("EAGAIN")) {
                return all;
            }
            throw e;
        }
    }

    private List<NetlinkMessage> receive(int flags) throws ErrnoException {
        long length =
                socket.receive(
                        buffer,
                        flags | KernelSocket.REAL_LENGTH,
                        MemorySegment.NULL,
                        MemorySegment.NULL);
        if (length > buffer.byteSize()) {
            throw new ErrnoException("recvfrom", EMSGSIZE, subject);
        }
        return NetlinkMessage.parse(buffer.asSlice(0, length).toArray(JAVA_BYTE));
    }

    /**
     * Ends the connection. May wait until the kernel has thrown replaced rules away (an RCU grace
     * period, 5 to 20 ms), long after they stopped being in force.
     */
    @Override
    public void close() throws ErrnoException {
        socket.close();
    }
}
