package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.address.Cidr;
import dev.podmigration.agent.address.PodInterface;
import dev.podmigration.agent.fence.NeighbourProbe;
import dev.podmigration.agent.linux.LinkEnd;
import dev.podmigration.agent.linux.MacAddress;
import dev.podmigration.agent.linux.NetworkNamespace;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * The layer-2 segment of a target pod. An address can be kept only if the source pod itself answers
 * for it there: what the two nodes say of their networks does not show whether they are the same.
 */
final class SharedSegment {

    /** A neighbour answers within milliseconds. Nothing stands still meanwhile. */
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private static final String REMEDY =
            "Set network.address: New, or choose a target node whose pods are on the same layer-2"
                    + " segment as the source's.";

    private SharedSegment() {}

    /**
     * Asks from the target pod's interface.
     *
     * @param addresses in CIDR notation
     * @param source the interface that must answer
     * @throws AgentFailure AddressNotKeepable if somebody else answers, or nobody
     */
    static void require(Path networkNamespace, List<String> addresses, MacAddress source)
            throws AgentFailure, IOException, InterruptedException {
        try (NetworkNamespace namespace = NetworkNamespace.open(networkNamespace);
                PodInterface link = PodInterface.discover(namespace)) {
            require(link.podEnd(), link.mac(), addresses, source);
        }
    }

    static void require(LinkEnd podEnd, MacAddress own, List<String> addresses, MacAddress source)
            throws AgentFailure, IOException, InterruptedException {
        for (String cidr : addresses) {
            InetAddress address = Cidr.parse(cidr).address();
            Set<MacAddress> answered = NeighbourProbe.whoHas(address, source, podEnd, own, LIMIT);
            if (!answered.contains(source)) {
                throw new AgentFailure(
                        FailureReason.AddressNotKeepable,
                        answered.isEmpty()
                                ? "On the segment of the target pod nobody answers for %s"
                                        .formatted(address.getHostAddress())
                                : "On the segment of the target pod %s answers for %s, not the source"
                                        .formatted(answered, address.getHostAddress()),
                        REMEDY,
                        List.of());
            }
        }
    }
}
