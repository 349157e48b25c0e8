package dev.podmigration.agent.linux;

import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * An address on a network interface.
 *
 * @param prefixLength bits of the network
 */
public record LinkAddress(int linkIndex, InetAddress address, int prefixLength) {
    public LinkAddress {
        if (prefixLength < 0 || prefixLength > 8 * address.getAddress().length) {
            throw new IllegalArgumentException("prefix length " + prefixLength + " of " + address);
        }
    }

    /** Whether the address reaches beyond its link: neither loopback nor link-local. */
    public boolean isGlobal() {
        return !address.isLoopbackAddress() && !address.isLinkLocalAddress();
    }

    public boolean isIpv6() {
        return address instanceof Inet6Address;
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefixLength;
    }
}
