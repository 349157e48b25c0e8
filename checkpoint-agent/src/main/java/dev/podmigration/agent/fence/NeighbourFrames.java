package dev.podmigration.agent.fence;

import dev.podmigration.agent.linux.MacAddress;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Ethernet frames that say or ask who has an address: ARP (RFC 826, 5227) and IPv6 neighbour
 * discovery (RFC 4861).
 */
final class NeighbourFrames {
    private static final short ARP = 0x0806;
    private static final short IPV6 = (short) 0x86dd;
    private static final int ICMPV6 = 58;
    private static final int SOLICITATION = 135;
    private static final int ADVERTISEMENT = 136;
    private static final int OVERRIDE = 0x20000000;
    private static final byte TARGET_LINK_ADDRESS = 2;

    /** RFC 4861 has receivers refuse what a router may have passed on. */
    private static final byte HOP_LIMIT = (byte) 255;

    private static final byte[] ALL_NODES = ipv6(0xff020000_00000000L, 1);
    private static final byte[] UNSPECIFIED = new byte[16];

    private NeighbourFrames() {}

    /** Tells everybody on the link that the address is at this MAC now. */
    static List<byte[]> announcement(MacAddress mac, InetAddress address) {
        return switch (address) {
            case Inet4Address v4 -> {
                byte[] ip = v4.getAddress();
                // Some stacks learn from requests, some from replies. Linux takes a reply for
                // gratuitous, and overrides an
                // entry younger than a second, only if both hardware addresses are the same.
                yield List.of(
                        arp(1, mac, ip, MacAddress.NONE, ip), //
                        arp(2, mac, ip, mac, ip));
            }
            case Inet6Address v6 -> {
                byte[] ip = v6.getAddress();
                ByteBuffer message = ByteBuffer.allocate(32);
                message.put((byte) ADVERTISEMENT)
                        .put((byte) 0)
                        .putShort((short) 0)
                        .putInt(OVERRIDE)
                        .put(ip);
                message.put(TARGET_LINK_ADDRESS).put((byte) 1).put(mac.bytes());
                yield List.of(icmpv6(mac, multicast(ALL_NODES), ip, ALL_NODES, message.array()));
            }
            default -> throw new IllegalArgumentException("neither IPv4 nor IPv6: " + address);
        };
    }

    /** Asks without claiming an address of one's own, so that nobody's neighbour table changes. */
    static byte[] question(MacAddress mac, InetAddress address) {
        byte[] ip = address.getAddress();
        if (address instanceof Inet4Address) {
            return arp(1, mac, new byte[4], MacAddress.NONE, ip);
        }
        byte[] group = ipv6(0xff020000_00000000L, 0x1_ff000000L);
        System.arraycopy(ip, 13, group, 13, 3);
        ByteBuffer message = ByteBuffer.allocate(24);
        message.put((byte) SOLICITATION).put((byte) 0).putShort((short) 0).putInt(0).put(ip);
        return icmpv6(mac, multicast(group), UNSPECIFIED, group, message.array());
    }

    /** Who says in this frame that it has the address. */
    static Optional<MacAddress> answer(byte[] frame, InetAddress address) {
        ByteBuffer in = ByteBuffer.wrap(frame);
        byte[] ip = address.getAddress();
        if (frame.length >= 42 && in.getShort(12) == ARP && in.getShort(20) == 2) {
            return Arrays.equals(slice(frame, 28, 4), ip)
                    ? Optional.of(MacAddress.of(slice(frame, 22, 6)))
                    : Optional.empty();
        }
        if (frame.length >= 78
                && in.getShort(12) == IPV6
                && frame[20] == ICMPV6
                && (frame[54] & 0xff) == ADVERTISEMENT
                && Arrays.equals(slice(frame, 62, 16), ip)) {
            // The option may be left out of an answer to a unicast question; the frame's sender is
            // as good.
            boolean option = frame.length >= 86 && frame[78] == TARGET_LINK_ADDRESS;
            return Optional.of(MacAddress.of(option ? slice(frame, 80, 6) : slice(frame, 6, 6)));
        }
        return Optional.empty();
    }

    private static byte[] arp(
            int operation, MacAddress sender, byte[] senderIp, MacAddress target, byte[] targetIp) {
        ByteBuffer frame = ByteBuffer.allocate(42);
        frame.put(MacAddress.BROADCAST.bytes()).put(sender.bytes()).putShort(ARP);
        frame.putShort((short) 1)
                .putShort((short) 0x0800)
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) operation);
        frame.put(sender.bytes()).put(senderIp).put(target.bytes()).put(targetIp);
        return frame.array();
    }

    private static byte[] icmpv6(
            MacAddress sender, byte[] receiver, byte[] from, byte[] to, byte[] message) {
        ByteBuffer frame = ByteBuffer.allocate(14 + 40 + message.length);
        frame.put(receiver).put(sender.bytes()).putShort(IPV6);
        frame.putInt(6 << 28)
                .putShort((short) message.length)
                .put((byte) ICMPV6)
                .put(HOP_LIMIT)
                .put(from)
                .put(to);
        frame.put(message);
        frame.putShort(54 + 2, checksum(from, to, message));
        return frame.array();
    }

    /** RFC 4443: over a pseudo header of addresses, length and protocol, and the message. */
    private static short checksum(byte[] from, byte[] to, byte[] message) {
        ByteBuffer covered = ByteBuffer.allocate(40 + message.length);
        covered.put(from).put(to).putInt(message.length).putInt(ICMPV6).put(message).flip();
        long sum = 0;
        while (covered.hasRemaining()) {
            sum += covered.getShort() & 0xffff;
        }
        while (sum >> 16 != 0) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return (short) ~sum;
    }

    /** RFC 2464: 33:33 and the last four bytes of the group. */
    private static byte[] multicast(byte[] group) {
        return ByteBuffer.allocate(6).putShort((short) 0x3333).put(group, 12, 4).array();
    }

    private static byte[] ipv6(long high, long low) {
        return ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    }

    private static byte[] slice(byte[] bytes, int offset, int length) {
        return Arrays.copyOfRange(bytes, offset, offset + length);
    }
}
