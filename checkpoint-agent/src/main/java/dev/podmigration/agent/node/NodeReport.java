package dev.podmigration.agent.node;

import dev.podmigration.agent.canary.Proof;
import dev.podmigration.api.v1alpha1.NodeNetwork;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Everything an agent says of its node.
 *
 * @param address {@code host:port} where other agents reach this one
 * @param network the pod network, once it has been looked at
 * @param problems what keeps the node from being used although the canary works, for example parts
 *     that are not installed; one sentence each
 * @param certificateExpiry end of the agent's certificate, once it has one
 */
public record NodeReport(
        String address,
        NodeFacts facts,
        Optional<NodeNetwork> network,
        List<Proof> proofs,
        List<String> problems,
        Optional<Instant> certificateExpiry) {

    public NodeReport {
        proofs = List.copyOf(proofs);
        problems = List.copyOf(problems);
    }
}
