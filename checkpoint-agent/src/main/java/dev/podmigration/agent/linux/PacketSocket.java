package dev.podmigration.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Optional;

/**
 * Sends and receives whole Ethernet frames on one interface (packet(7)). Needs CAP_NET_RAW in the
 * interface's namespace.
 *
 * <p>One thread may receive while others send or call {@link #wakeUp}.
 */
public final class PacketSocket implements AutoCloseable {
    /** Which frames are received. */
    public enum Receive {
        NOTHING(0),
        ALL(0x0003),
        ARP(0x0806);

        private final int protocol;

        Receive(int protocol) {
            this.protocol = protocol;
        }
    }

    /** Whom a frame was for; the kernel's PACKET_HOST and its neighbours. */
    public enum Destination {
        THIS_HOST,
        BROADCAST,
        MULTICAST,
        OTHER_HOST,
        OUTGOING,
        OTHER
    }

    /** A received frame. */
    public static final class Frame {
        private final byte[] bytes;
        private final Destination destination;

        Frame(byte[] bytes, Destination destination) {
            this.bytes = bytes;
            this.destination = destination;
        }

        /** With the offload header in front if the socket was opened with them; not copied. */
        public byte[] bytes() {
            return bytes;
        }

        public Destination destination() {
            return destination;
        }
    }

    /** struct virtio_net_hdr: flags, gso_type, hdr_len, gso_size, csum_start, csum_offset. */
    public static final int OFFLOAD_HEADER_BYTES = 10;

    private static final int EMSGSIZE = 90;
    private static final int AF_PACKET = 17;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_IGNORE_OUTGOING = 23;

    /** GSO_MAX_SIZE of include/linux/netdevice.h: the largest frame with "big TCP" switched on. */
    private static final int LARGEST_FRAME = 8 * 65_536;

    private final KernelSocket socket;
    private final WakeUp wakeUp;
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment buffer;
    private final MemorySegment sender = arena.allocate(20, 4);
    private final MemorySegment senderLength = arena.allocate(JAVA_INT);

    private PacketSocket(KernelSocket socket, WakeUp wakeUp, Receive receive) {
        this.socket = socket;
        this.wakeUp = wakeUp;
        this.buffer =
                arena.allocate(
                        receive == Receive.NOTHING ? 0 : OFFLOAD_HEADER_BYTES + LARGEST_FRAME);
    }

    /**
     * Opens a socket on one interface. Nothing is received from before the call, nor from other
     * interfaces.
     *
     * @param offloadHeaders each frame, in both directions, starts with a virtio-net header that
     *     carries the state of its checksum and segmentation; without it frames above the MTU can
     *     be received but not sent (EMSGSIZE)
     * @param bufferBytes how much the kernel keeps until it is received; 0 for the system's default
     */
    public static PacketSocket open(
            LinkEnd end, Receive receive, boolean offloadHeaders, int bufferBytes)
            throws IOException, InterruptedException {
        return end.namespace().call(() -> openHere(end, receive, offloadHeaders, bufferBytes));
    }

    private static PacketSocket openHere(
            LinkEnd end, Receive receive, boolean offloadHeaders, int bufferBytes)
            throws ErrnoException {
        // Protocol 0 receives nothing until bind names interface and protocol at once.
        KernelSocket socket = KernelSocket.open(AF_PACKET, 0, end.toString());
        try (Arena arena = Arena.ofConfined()) {
            if (offloadHeaders) {
                socket.set(SOL_PACKET, PACKET_VNET_HDR, 1);
            }
            if (bufferBytes > 0) {
                socket.set(SOL_SOCKET, SO_RCVBUFFORCE, bufferBytes);
            }
            socket.set(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
            MemorySegment address = arena.allocate(20, 4);
            address.set(JAVA_SHORT, 0, (short) AF_PACKET);
            address.set(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) receive.protocol);
            address.set(JAVA_INT, 4, end.indexHere());
            socket.bind(address);
            return new PacketSocket(socket, new WakeUp(), receive);
        } catch (ErrnoException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Waits until {@link #receive} has something to say, at most this long; earlier when {@link
     * #wakeUp} was called.
     */
    public boolean await(Duration limit) throws ErrnoException {
        return wakeUp.await(socket.number(), limit);
    }

    /** Ends this and every later {@link #await}. */
    public void wakeUp() throws ErrnoException {
        wakeUp.signal();
    }

    /** The next frame if one has arrived; never waits. */
    public Optional<Frame> receive() throws ErrnoException {
        senderLength.set(JAVA_INT, 0, (int) sender.byteSize());
        try {
            int flags = KernelSocket.NON_BLOCKING | KernelSocket.REAL_LENGTH;
            long length = socket.receive(buffer, flags, sender, senderLength);
            if (length > buffer.byteSize()) {
                throw new ErrnoException("recvfrom", EMSGSIZE, "frame of " + length + " bytes");
            }
            byte[] bytes = buffer.asSlice(0, length).toArray(JAVA_BYTE);
            return Optional.of(new Frame(bytes, destination(sender.get(JAVA_BYTE, 10))));
        } catch (ErrnoException e) {
            if (e.is("EAGAIN")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Sends one frame through the interface, with its offload header if the socket was opened with
     * them.
     */
    public void send(byte[] frame) throws ErrnoException {
        socket.send(frame);
    }

    /** Frames that the kernel could not keep because the buffer was full, since the last call. */
    public long takeDropCount() throws ErrnoException {
        try (Arena local = Arena.ofConfined()) {
            MemorySegment statistics = local.allocate(8, 4);
            socket.get(SOL_PACKET, PACKET_STATISTICS, statistics);
            ByteBuffer numbers = statistics.asByteBuffer().order(ByteOrder.nativeOrder());
            return Integer.toUnsignedLong(numbers.getInt(4));
        }
    }

    private static Destination destination(byte type) {
        return switch (type) {
            case 0 -> Destination.THIS_HOST;
            case 1 -> Destination.BROADCAST;
            case 2 -> Destination.MULTICAST;
            case 3 -> Destination.OTHER_HOST;
            case 4 -> Destination.OUTGOING;
            default -> Destination.OTHER;
        };
    }

    @Override
    public void close() throws ErrnoException {
        try (wakeUp) {
            socket.close();
        }
    }
}
