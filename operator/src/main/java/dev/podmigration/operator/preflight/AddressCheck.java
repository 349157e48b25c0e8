package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.AddressMode;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.operator.address.AddressChoice;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.observe.PodState;

import io.fabric8.kubernetes.api.model.Pod;

import java.util.List;
import java.util.Optional;

/**
 * What becomes of the address, as far as the target node is known before the scheduler was asked.
 */
final class AddressCheck implements Check {

    private static final String NAME = "Address";

    @Override
    public List<Finding> look(Pod source, Observation seen) {
        AddressMode mode = seen.spec().getNetwork().getAddress();
        String target = seen.spec().getTarget().getNodeName();
        if (target == null || source.getSpec().getNodeName() == null) {
            return List.of(
                    Finding.passed(
                            NAME,
                            "Decided when the target node is known; network.address is "
                                    + mode
                                    + "."));
        }
        Optional<MigrationNode> from = seen.cluster().migrationNode(source.getSpec().getNodeName());
        Optional<MigrationNode> to = seen.cluster().migrationNode(target);
        if (from.isEmpty() || to.isEmpty()) {
            // The checks of the nodes say so already.
            return List.of();
        }
        AddressChoice choice =
                AddressChoice.decide(mode, from.get(), to.get(), PodState.addresses(source));
        return List.of(
                choice.address().isPresent()
                        ? Finding.passed(NAME, choice.reason())
                        : Finding.refused(NAME, FailureReason.AddressNotKeepable, choice.reason()));
    }
}
