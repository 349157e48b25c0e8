package dev.podmigration.operator.address;

import dev.podmigration.api.v1alpha1.AddressMode;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.MigrationNodeStatus;
import dev.podmigration.api.v1alpha1.NodeNetwork;
import dev.podmigration.api.v1alpha1.RestoreAddress;
import dev.podmigration.fault.FaultPoints;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Whether the target answers on the addresses of the source.
 *
 * @param address the choice; empty when the user demands what the network does not allow
 * @param reason one sentence for a person
 */
public record AddressChoice(Optional<RestoreAddress> address, String reason) {

    public static AddressChoice decide(
            AddressMode wanted,
            MigrationNode source,
            MigrationNode target,
            List<String> podAddresses) {
        Optional<String> obstacle =
                obstacle(network(source), network(target), podAddresses)
                        // For a test that shows what would happen.
                        .filter(
                                _ ->
                                        !FaultPoints.isIgnored(
                                                "operator refuses",
                                                FailureReason.AddressNotKeepable));
        return switch (wanted) {
            case New ->
                    new AddressChoice(Optional.of(RestoreAddress.New), "network.address is New.");
            case Keep ->
                    obstacle.map(why -> new AddressChoice(Optional.<RestoreAddress>empty(), why))
                            .orElse(
                                    new AddressChoice(
                                            Optional.of(RestoreAddress.Keep),
                                            "network.address is Keep."));
            case Auto ->
                    obstacle.map(
                                    why ->
                                            new AddressChoice(
                                                    Optional.of(RestoreAddress.New),
                                                    "The pod gets a new address and its connections"
                                                            + " are closed: "
                                                            + why))
                            .orElse(
                                    new AddressChoice(
                                            Optional.of(RestoreAddress.Keep),
                                            "The pod keeps its address: both nodes are in one pod"
                                                    + " network."));
        };
    }

    private static Optional<String> obstacle(
            Optional<NodeNetwork> source, Optional<NodeNetwork> target, List<String> podAddresses) {
        if (source.isEmpty() || target.isEmpty()) {
            return Optional.of("an agent has not reported its pod network.");
        }
        for (NodeNetwork network : List.of(source.get(), target.get())) {
            if (!network.isKeepable()) {
                return Optional.of(
                        Objects.requireNonNullElse(
                                network.getMessage(), "the network plugin cannot keep addresses."));
            }
        }
        if (!Objects.equals(source.get().getPlugin(), target.get().getPlugin())) {
            return Optional.of(
                    "the nodes use different network plugins, "
                            + source.get().getPlugin()
                            + " and "
                            + target.get().getPlugin()
                            + ".");
        }
        List<Subnet> subnets = target.get().getSubnets().stream().map(Subnet::parse).toList();
        return podAddresses.stream()
                .filter(address -> subnets.stream().noneMatch(subnet -> subnet.contains(address)))
                .findFirst()
                .map(
                        address ->
                                address
                                        + " is not in the pod network of the target node, "
                                        + String.join(", ", target.get().getSubnets())
                                        + ".");
    }

    private static Optional<NodeNetwork> network(MigrationNode node) {
        return Optional.ofNullable(node.getStatus()).map(MigrationNodeStatus::getNetwork);
    }
}
