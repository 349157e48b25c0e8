package dev.podmigration.agent.source;

import dev.podmigration.agent.address.AddressReservation;
import dev.podmigration.agent.address.Cidr;
import dev.podmigration.agent.address.PodInterface;
import dev.podmigration.agent.address.SocketEntry.Protocol;
import dev.podmigration.agent.address.SocketEntry.State;
import dev.podmigration.agent.address.UsedAddresses;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.linux.LinkAddress;
import dev.podmigration.api.v1alpha1.InspectedContainer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Which addresses of a leaving pod go with it, and who may have them on this node afterwards. */
public final class SourceAddresses {

    private static final Logger LOG = LoggerFactory.getLogger(SourceAddresses.class);

    private final Host host;
    private final AddressReservation reservation;

    public SourceAddresses(Host host, AddressReservation reservation) {
        this.host = host;
        this.reservation = reservation;
    }

    /** Counts the sockets of the pod of that process. */
    void count(long pid, InspectedContainer container) throws IOException {
        UsedAddresses used = UsedAddresses.read(host.process(pid, ""));
        container.setEstablishedConnections(used.count(Protocol.TCP, State.ESTABLISHED));
        container.setListeningSockets(used.count(Protocol.TCP, State.LISTEN));
    }

    /**
     * Of each family the pod's own address, because peers that have only just learned it will still
     * try it; the one that it started with, which its program has told to others; and of those in
     * between the ones that a socket holds on to. So the list does not grow with every move.
     */
    List<String> toKeep(long pid, PodInterface link) throws IOException {
        Set<InetAddress> needed = UsedAddresses.read(host.process(pid, "")).needed();
        List<LinkAddress> keep = new ArrayList<>();
        for (boolean ipv6 : new boolean[] {false, true}) {
            List<LinkAddress> family =
                    link.addresses().stream().filter(found -> found.isIpv6() == ipv6).toList();
            family.stream()
                    .filter(
                            found ->
                                    found.equals(family.getFirst())
                                            || found.equals(family.getLast())
                                            || needed.contains(found.address()))
                    .forEach(keep::add);
        }
        return keep.stream()
                .map(kept -> kept.address().getHostAddress() + "/" + kept.prefixLength())
                .toList();
    }

    /** Nobody on this node gets these addresses while the PodCheckpoint {@code owner} exists. */
    void reserve(String owner, String sandboxId, List<String> addresses)
            throws IOException, InterruptedException {
        List<InetAddress> before = reservation.takenBy(owner);
        for (String cidr : addresses) {
            InetAddress address = Cidr.parse(cidr).address();
            // One that the pod brought from another node is reserved there.
            if (!before.contains(address) && reservation.take(address, sandboxId, owner)) {
                LOG.info("{} stays reserved for PodCheckpoint {}", address.getHostAddress(), owner);
            }
        }
    }

    /** What is reserved for this PodCheckpoint. */
    List<String> reserved(String owner) throws IOException {
        return reservation.takenBy(owner).stream().map(InetAddress::getHostAddress).toList();
    }

    /** The pod came back to life here: its addresses are its own again. */
    void giveBack(String owner) throws IOException, InterruptedException {
        for (InetAddress address : reservation.takenBy(owner)) {
            reservation.giveBack(address, owner);
        }
    }

    void release(String owner) throws IOException {
        try {
            for (InetAddress address : reservation.takenBy(owner)) {
                reservation.release(address, owner);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("The agent is stopping", e);
        }
    }
}
