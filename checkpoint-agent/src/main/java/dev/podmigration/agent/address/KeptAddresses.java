package dev.podmigration.agent.address;

import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.LinkAddress;
import dev.podmigration.agent.linux.LinkEnd;
import dev.podmigration.agent.linux.RouteNetlink;

import java.io.IOException;
import java.net.InetAddress;

/**
 * The source's addresses as further addresses of the target pod's interface. They take traffic at
 * once, but new connections of the pod start from the address that the target's network plugin gave
 * it. The source may still have the same address: it is silent by then.
 */
public final class KeptAddresses {

    /**
     * Adds an address.
     *
     * @param address with the prefix length of its network, for example {@code 10.9.0.2/16}
     * @return whether it was added; false if the pod had it already
     */
    public boolean add(LinkEnd podEnd, String address) throws IOException, InterruptedException {
        try (RouteNetlink netlink = RouteNetlink.open(podEnd.namespace())) {
            Cidr parsed = Cidr.parse(address);
            return netlink.add(
                    new LinkAddress(podEnd.index(), parsed.address(), parsed.prefixLength()));
        }
    }

    /**
     * Removes an address. A pod that is being deleted loses its interface, and all of them with it.
     *
     * @return whether it was there
     */
    public boolean remove(LinkEnd podEnd, InetAddress address)
            throws IOException, InterruptedException {
        try (RouteNetlink netlink = RouteNetlink.open(podEnd.namespace())) {
            int index = podEnd.index();
            for (LinkAddress present : netlink.addresses()) {
                if (present.linkIndex() == index && present.address().equals(address)) {
                    return netlink.remove(present);
                }
            }
            return false;
        } catch (ErrnoException e) {
            if (!e.is("ENODEV")) {
                throw e;
            }
            return false;
        }
    }
}
