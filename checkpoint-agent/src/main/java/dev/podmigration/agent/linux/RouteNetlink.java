package dev.podmigration.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.podmigration.agent.linux.NetlinkMessage.Request;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/**
 * Interfaces and addresses of one network namespace, read and changed through rtnetlink(7): about
 * 0.1 ms a call, where the {@code ip} program takes some milliseconds, and right in another
 * namespace, where {@link java.net.NetworkInterface} is not.
 *
 * <p>Thread-safe: one request at a time.
 */
public final class RouteNetlink implements AutoCloseable {
    private static final int EMSGSIZE = 90;
    private static final int AF_NETLINK = 16;
    private static final int NETLINK_ROUTE = 0;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private static final int RTM_NEWLINK = 16;
    private static final int RTM_GETLINK = 18;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_DELADDR = 21;
    private static final int RTM_GETADDR = 22;

    private static final int RTM_NEWNSID = 88;
    private static final int RTM_GETNSID = 90;

    private static final int REQUEST_ACKNOWLEDGED = 0x5;
    private static final int REQUEST_DUMP = 0x301;
    private static final int CREATE_NEW = 0x600;

    private static final int IFINFOMSG_BYTES = 16;
    private static final int RTGENMSG_BYTES = 4;
    private static final int IFADDRMSG_BYTES = 8;
    private static final int IFF_UP = 1;
    private static final int IFF_RUNNING = 0x40;
    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_LINK = 5;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_LINK_NETNSID = 37;
    private static final int IFLA_INFO_KIND = 1;
    private static final int NETNSA_NSID = 1;
    private static final int NETNSA_FD = 3;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_CACHEINFO = 6;
    private static final int IFA_F_NODAD = 2;
    private static final int FOREVER = -1;

    /** Stands for a number attribute that the message does not have. */
    private static final byte[] ABSENT = new byte[4];

    private final KernelSocket socket;
    private final MemorySegment buffer = Arena.ofAuto().allocate(1 << 16);
    private int sequence;

    private RouteNetlink(KernelSocket socket) {
        this.socket = socket;
    }

    /** Opens a connection that speaks of this namespace. */
    public static RouteNetlink open(NetworkNamespace namespace)
            throws IOException, InterruptedException {
        return namespace.call(
                () ->
                        new RouteNetlink(
                                KernelSocket.open(
                                        AF_NETLINK, NETLINK_ROUTE, "rtnetlink in " + namespace)));
    }

    /** All interfaces. */
    public List<NetworkLink> links() throws IOException {
        List<NetworkLink> links = new ArrayList<>();
        for (NetlinkMessage message :
                request(
                        "list interfaces",
                        number ->
                                new Request(RTM_GETLINK, REQUEST_DUMP, number)
                                        .number(0)
                                        .number(0)
                                        .number(0)
                                        .number(0))) {
            if (message.type() == RTM_NEWLINK) {
                links.add(link(message));
            }
        }
        return links;
    }

    /**
     * The number by which links of this namespace name the other; empty if none has named it yet.
     */
    public OptionalInt namespaceId(NetworkNamespace other) throws IOException {
        for (NetlinkMessage message :
                request(
                        "namespace id of " + other,
                        number ->
                                new Request(RTM_GETNSID, REQUEST_ACKNOWLEDGED, number)
                                        .bytes(0, 0, 0, 0)
                                        .attribute(NETNSA_FD, other.number()))) {
            int id =
                    message.type() == RTM_NEWNSID
                            ? NetlinkMessage.number(
                                    message.attributes(RTGENMSG_BYTES)
                                            .getOrDefault(NETNSA_NSID, ABSENT))
                            : -1;
            if (id >= 0) {
                return OptionalInt.of(id);
            }
        }
        return OptionalInt.empty();
    }

    /** All IPv4 and IPv6 addresses. */
    public List<LinkAddress> addresses() throws IOException {
        List<LinkAddress> addresses = new ArrayList<>();
        for (NetlinkMessage message :
                request(
                        "list addresses",
                        number ->
                                new Request(RTM_GETADDR, REQUEST_DUMP, number)
                                        .bytes(0, 0, 0, 0)
                                        .number(0))) {
            if (message.type() == RTM_NEWADDR) {
                address(message).ifPresent(addresses::add);
            }
        }
        return addresses;
    }

    /**
     * Adds the address, without duplicate address detection. (IPv6 neighbours can find it when the
     * kernel has joined its discovery group, some milliseconds later.) An IPv6 address is marked as
     * deprecated, which means that it serves what is bound to it but is not chosen for new
     * connections; a second IPv4 address of a network never is.
     *
     * @return whether it was added; false if the interface had it already, which is then left as it
     *     was
     */
    public boolean add(LinkAddress address) throws IOException {
        try {
            request(
                    "add " + address,
                    number -> {
                        Request request =
                                change(
                                        RTM_NEWADDR,
                                        REQUEST_ACKNOWLEDGED | CREATE_NEW,
                                        number,
                                        address);
                        return address.isIpv6()
                                ? request.attribute(IFA_CACHEINFO, 0, FOREVER, 0, 0)
                                : request;
                    });
            return true;
        } catch (ErrnoException e) {
            if (e.is("EEXIST")) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Removes the address.
     *
     * @return whether it was there
     */
    public boolean remove(LinkAddress address) throws IOException {
        try {
            request(
                    "remove " + address,
                    number -> change(RTM_DELADDR, REQUEST_ACKNOWLEDGED, number, address));
            return true;
        } catch (ErrnoException e) {
            if (e.is("EADDRNOTAVAIL")) {
                return false;
            }
            throw e;
        }
    }

    /** Switches an interface on. */
    public void switchOn(int linkIndex) throws IOException {
        request(
                "switch on interface " + linkIndex,
                number ->
                        new Request(RTM_NEWLINK, REQUEST_ACKNOWLEDGED, number)
                                .number(0)
                                .number(linkIndex)
                                .number(IFF_UP)
                                .number(IFF_UP));
    }

    private static Request change(int type, int flags, int number, LinkAddress address) {
        byte[] bytes = address.address().getAddress();
        return new Request(type, flags, number)
                .bytes(
                        address.isIpv6() ? AF_INET6 : AF_INET,
                        address.prefixLength(),
                        IFA_F_NODAD,
                        0)
                .number(address.linkIndex())
                .attribute(IFA_LOCAL, bytes)
                .attribute(IFA_ADDRESS, bytes);
    }

    private synchronized List<NetlinkMessage> request(String what, IntFunction<Request> builder)
            throws IOException {
        sequence++;
        socket.send(builder.apply(sequence).build());
        List<NetlinkMessage> answers = new ArrayList<>();
        while (true) {
            long length =
                    socket.receive(
                            buffer,
                            KernelSocket.REAL_LENGTH,
                            MemorySegment.NULL,
                            MemorySegment.NULL);
            if (length > buffer.byteSize()) {
                throw new ErrnoException(
                        "recvfrom", EMSGSIZE, "netlink answer of " + length + " bytes");
            }
            for (NetlinkMessage message :
                    NetlinkMessage.parse(buffer.asSlice(0, length).toArray(JAVA_BYTE))) {
                if (message.sequence() != sequence) {
                    continue; // left over from a request that failed half-way
                }
                if (message.type() == NetlinkMessage.ERROR) {
                    int error = -message.fields().getInt();
                    if (error != 0) {
                        throw new ErrnoException("rtnetlink", error, what);
                    }
                    return answers;
                }
                if (message.type() == NetlinkMessage.DONE) {
                    return answers;
                }
                answers.add(message);
            }
        }
    }

    private static NetworkLink link(NetlinkMessage message) {
        ByteBuffer fields = message.fields();
        Map<Integer, byte[]> attributes = message.attributes(IFINFOMSG_BYTES);
        return new NetworkLink(
                fields.getInt(4),
                NetlinkMessage.text(attributes.getOrDefault(IFLA_IFNAME, new byte[0])),
                Optional.ofNullable(attributes.get(IFLA_ADDRESS))
                        .filter(bytes -> bytes.length == 6)
                        .map(MacAddress::of),
                kind(attributes.getOrDefault(IFLA_LINKINFO, new byte[0])),
                NetlinkMessage.number(attributes.getOrDefault(IFLA_MTU, ABSENT)),
                (fields.getInt(8) & IFF_RUNNING) != 0,
                index(attributes.getOrDefault(IFLA_LINK, ABSENT)),
                Optional.ofNullable(attributes.get(IFLA_LINK_NETNSID))
                        .map(id -> OptionalInt.of(NetlinkMessage.number(id)))
                        .orElse(OptionalInt.empty()),
                index(attributes.getOrDefault(IFLA_MASTER, ABSENT)));
    }

    private static String kind(byte[] linkInfo) {
        byte[] kind = NetlinkMessage.nested(linkInfo).getOrDefault(IFLA_INFO_KIND, new byte[0]);
        return NetlinkMessage.text(kind);
    }

    private static OptionalInt index(byte[] attribute) {
        int index = NetlinkMessage.number(attribute);
        return index == 0 ? OptionalInt.empty() : OptionalInt.of(index);
    }

    private static Optional<LinkAddress> address(NetlinkMessage message)
            throws UnknownHostException {
        ByteBuffer fields = message.fields();
        Map<Integer, byte[]> attributes = message.attributes(IFADDRMSG_BYTES);
        // IPv4 has both, which differ on a point-to-point link; IPv6 usually has IFA_ADDRESS alone.
        byte[] bytes = attributes.getOrDefault(IFA_LOCAL, attributes.get(IFA_ADDRESS));
        if (bytes == null) {
            return Optional.empty();
        }
        return Optional.of(
                new LinkAddress(
                        fields.getInt(4), InetAddress.getByAddress(bytes), fields.get(1) & 0xff));
    }

    @Override
    public void close() throws ErrnoException {
        socket.close();
    }
}
