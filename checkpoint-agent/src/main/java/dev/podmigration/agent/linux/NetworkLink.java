package dev.podmigration.agent.linux;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A network interface as the kernel lists it.
 *
 * @param mac empty for one without an Ethernet address
 * @param kind the driver's name ({@code veth}, {@code bridge}, ...); empty for hardware
 * @param running switched on and connected; the kernel may take a second after the connection to
 *     say so, and sends nothing before
 * @param peerIndex the other end of a pair; empty for an interface that has none
 * @param peerNamespace in which namespace that is, as {@link RouteNetlink#namespaceId} numbers
 *     them; empty for the same one
 * @param bridgeIndex the bridge this interface is a port of
 */
public record NetworkLink(
        int index,
        String name,
        Optional<MacAddress> mac,
        String kind,
        int mtu,
        boolean running,
        OptionalInt peerIndex,
        OptionalInt peerNamespace,
        OptionalInt bridgeIndex) {}
