package dev.podmigration.agent.fence;

/** What nft is told. One such text is one transaction of the kernel. */
final class Ruleset {
    /**
     * Before connection tracking (-200) and the defragmentation that it needs (-400): neither shall
     * see dropped frames.
     */
    private static final int BEFORE_CONNECTION_TRACKING = -450;

    private static final int FIRST = -500;
    private static final String NEIGHBOUR_DISCOVERY =
            "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept";

    private Ruleset() {}

    static String silence(FilterId id, String nodeInterface) {
        return table(
                "netdev",
                id,
                deviceChain("from_pod", "ingress", nodeInterface, "drop")
                        + deviceChain("to_pod", "egress", nodeInterface, "drop"));
    }

    static String mute(FilterId id, String nodeInterface) {
        return table(
                "netdev",
                id,
                deviceChain(
                        "from_pod",
                        "ingress",
                        nodeInterface,
                        "drop",
                        "ether type arp accept",
                        NEIGHBOUR_DISCOVERY));
    }

    static String dropInput(FilterId id) {
        String hook =
                "type filter hook prerouting priority %d; policy drop;"
                        .formatted(BEFORE_CONNECTION_TRACKING);
        return table(
                "inet",
                id,
                chain("to_stack", hook, "meta iiftype loopback accept", NEIGHBOUR_DISCOVERY));
    }

    static String lift(FilterId id) {
        return gone("netdev", id) + gone("inet", id);
    }

    /** Drops nothing: shows whether the kernel has the hooks. */
    static String trial(FilterId id, boolean egress) {
        String chains = deviceChain("from_pod", "ingress", "lo", "accept");
        return table(
                "netdev",
                id,
                egress ? chains + deviceChain("to_pod", "egress", "lo", "accept") : chains);
    }

    private static String table(String family, FilterId id, String chains) {
        return "%stable %s %s {\n%s}\n".formatted(gone(family, id), family, id.table(), chains);
    }

    /**
     * "destroy" would say it in one line, but nftables before 1.0.7 and kernels before 6.3 do not
     * know it.
     */
    private static String gone(String family, FilterId id) {
        return "add table %1$s %2$s\ndelete table %1$s %2$s\n".formatted(family, id.table());
    }

    private static String deviceChain(
            String name, String hook, String device, String policy, String... rules) {
        return chain(
                name,
                "type filter hook %s device \"%s\" priority %d; policy %s;"
                        .formatted(hook, device, FIRST, policy),
                rules);
    }

    private static String chain(String name, String hook, String... rules) {
        StringBuilder text = new StringBuilder("chain " + name + " {\n" + hook + "\n");
        for (String rule : rules) {
            text.append(rule).append('\n');
        }
        return text.append("}\n").toString();
    }
}
