package dev.podmigration.agent.fence;

import java.nio.ByteBuffer;

/** Looks into an Ethernet frame just far enough to tell whether it carries TCP or UDP. */
final class FrameContent {
    private static final int ETHERNET_BYTES = 14;
    private static final int IPV4_BYTES = 20;
    private static final int IPV6_BYTES = 40;
    private static final short IPV4 = 0x0800;
    private static final short IPV6 = (short) 0x86dd;

    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int DESTINATION_OPTIONS = 60;

    private FrameContent() {}

    /**
     * Whether the frame carries TCP or UDP.
     *
     * @param start of the Ethernet header
     * @return true for every fragment of such a packet too
     */
    static boolean isTcpOrUdp(byte[] frame, int start) {
        if (frame.length < start + ETHERNET_BYTES) {
            return false;
        }
        int network = start + ETHERNET_BYTES;
        short type = ByteBuffer.wrap(frame).getShort(start + 12);
        if (type == IPV4 && frame.length >= network + IPV4_BYTES) {
            return isTcpOrUdp(frame[network + 9] & 0xff);
        }
        if (type == IPV6 && frame.length >= network + IPV6_BYTES) {
            return isTcpOrUdp(behindExtensions(frame, network));
        }
        return false;
    }

    private static int behindExtensions(byte[] frame, int network) {
        int next = frame[network + 6] & 0xff;
        int position = network + IPV6_BYTES;
        while (isExtension(next) && position + 8 <= frame.length) {
            int length = next == FRAGMENT ? 8 : 8 * (1 + (frame[position + 1] & 0xff));
            next = frame[position] & 0xff;
            position += length;
        }
        return next;
    }

    private static boolean isExtension(int protocol) {
        return protocol == HOP_BY_HOP
                || protocol == ROUTING
                || protocol == FRAGMENT
                || protocol == DESTINATION_OPTIONS;
    }

    private static boolean isTcpOrUdp(int protocol) {
        return protocol == TCP || protocol == UDP;
    }
}
