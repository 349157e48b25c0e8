package dev.podmigration.agent.fence;

import dev.podmigration.agent.linux.NetfilterMatch;
import dev.podmigration.agent.linux.NetfilterTransaction;
import dev.podmigration.agent.linux.NetfilterTransaction.Family;
import dev.podmigration.agent.linux.NetfilterTransaction.Hook;
import dev.podmigration.agent.linux.NetfilterTransaction.Policy;

/** The rules of each state of the fence; each transaction replaces what the id had before. */
final class Ruleset {
    /**
     * Before connection tracking (-200) and the defragmentation that it needs (-400): neither shall
     * see dropped packets.
     */
    private static final int BEFORE_CONNECTION_TRACKING = -450;

    private static final int FIRST = -500;
    private static final String FROM_POD = "from_pod";
    private static final String TO_POD = "to_pod";
    private static final String TO_STACK = "to_stack";

    private static final int ARP = 0x0806;
    private static final int ICMPV6 = 58;

    /** Followed by neighbour solicitation and advertisement. */
    private static final int ROUTER_ADVERTISEMENT = 134;

    private static final int NEIGHBOUR_ADVERTISEMENT = 136;

    private static final NetfilterMatch[] NEIGHBOUR_DISCOVERY = {
        NetfilterMatch.transportProtocol(ICMPV6),
        NetfilterMatch.transportType(ROUTER_ADVERTISEMENT, NEIGHBOUR_ADVERTISEMENT)
    };

    private Ruleset() {}

    static NetfilterTransaction silence(FilterId id, String nodeInterface) {
        return replaced(Family.NETDEV, id)
                .deviceChain(id.table(), FROM_POD, Hook.INGRESS, nodeInterface, FIRST, Policy.DROP)
                .deviceChain(id.table(), TO_POD, Hook.EGRESS, nodeInterface, FIRST, Policy.DROP);
    }

    static NetfilterTransaction mute(FilterId id, String nodeInterface) {
        return replaced(Family.NETDEV, id)
                .deviceChain(id.table(), FROM_POD, Hook.INGRESS, nodeInterface, FIRST, Policy.DROP)
                .accept(Family.NETDEV, id.table(), FROM_POD, NetfilterMatch.etherType(ARP))
                .accept(Family.NETDEV, id.table(), FROM_POD, NEIGHBOUR_DISCOVERY);
    }

    static NetfilterTransaction dropInput(FilterId id) {
        return replaced(Family.INET, id)
                .chain(
                        id.table(),
                        TO_STACK,
                        Hook.PREROUTING,
                        BEFORE_CONNECTION_TRACKING,
                        Policy.DROP)
                .accept(Family.INET, id.table(), TO_STACK, NetfilterMatch.fromLoopback())
                .accept(Family.INET, id.table(), TO_STACK, NEIGHBOUR_DISCOVERY);
    }

    static NetfilterTransaction lift(FilterId id) {
        return new NetfilterTransaction()
                .remove(Family.NETDEV, id.table())
                .remove(Family.INET, id.table());
    }

    /** Drops nothing: shows whether the kernel has the hook. */
    static NetfilterTransaction trial(FilterId id, Hook hook) {
        return replaced(Family.NETDEV, id)
                .deviceChain(id.table(), "trial", hook, "lo", FIRST, Policy.ACCEPT);
    }

    private static NetfilterTransaction replaced(Family family, FilterId id) {
        return new NetfilterTransaction().remove(family, id.table()).create(family, id.table());
    }
}
