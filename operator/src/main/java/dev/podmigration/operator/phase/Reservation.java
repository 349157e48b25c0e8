package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodPlace;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.address.AddressChoice;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.observe.PodState;
import dev.podmigration.operator.preflight.TargetNodes;
import dev.podmigration.operator.settings.TimeLimits;
import dev.podmigration.operator.target.Placement;
import dev.podmigration.operator.target.TargetName;
import dev.podmigration.operator.target.TargetPod;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The phase Preparing of a pod that keeps its name: there can be no target pod before the source is
 * deleted. So the pod is only written down, a node is chosen for it, and the agent of that node
 * makes room for what will come.
 */
final class Reservation {

    private final TargetNodes targetNodes;
    private final TimeLimits limits;

    Reservation(TargetNodes targetNodes, TimeLimits limits) {
        this.targetNodes = targetNodes;
        this.limits = limits;
    }

    /** What is left to do before files can be copied; empty when nothing is. */
    Optional<Decision> next(Pod source, Observation seen) {
        if (seen.status().getPreparedPod() == null) {
            return Optional.of(plan(source, seen));
        }
        Optional<PodRestore> restore = seen.restore();
        if (restore.isEmpty()) {
            return Optional.of(receive(source, seen));
        }
        return seen.restoreIs(PodRestorePhase.Accepted)
                ? Optional.empty()
                : Optional.of(accept(seen));
    }

    /** Written before anything is deleted: without the source nobody could make the pod again. */
    private Decision plan(Pod source, Observation seen) {
        List<Node> nodes = targetNodes.eligible(source, seen);
        if (nodes.isEmpty()) {
            return new Decision.GiveUp(targetNodes.droppedOut(source, seen));
        }
        String node = nodes.getFirst().getMetadata().getName();
        Pod target =
                TargetPod.from(source, seen.migration(), Map.of(), new Placement(List.of(node)));
        PodPlace place = new PodPlace();
        place.setPodName(target.getMetadata().getName());
        place.setNodeName(node);
        seen.status().setTarget(place);
        seen.status().setPreparedPod(Serialization.asJson(target));
        // Decided and written; what follows from it comes in the next round.
        return new Decision.Enter(PodMigrationPhase.Preparing);
    }

    private Decision receive(Pod source, Observation seen) {
        String node = seen.targetNode().orElseThrow();
        Optional<MigrationNode> from =
                seen.cluster().migrationNode(seen.sourceNode().orElseThrow());
        Optional<MigrationNode> to = seen.cluster().migrationNode(node);
        if (from.isEmpty() || to.isEmpty()) {
            return new Decision.GiveUp(
                    Failure.of(
                            FailureReason.NoProvedAgent,
                            "The MigrationNode of node " + node + " is gone."));
        }
        AddressChoice choice =
                AddressChoice.decide(
                        seen.spec().getNetwork().getAddress(),
                        from.get(),
                        to.get(),
                        PodState.addresses(source));
        if (choice.address().isEmpty()) {
            return new Decision.GiveUp(
                    Failure.of(FailureReason.AddressNotKeepable, choice.reason()));
        }
        PreparingPhase.note(choice.reason(), seen);
        return new Decision.Stay(
                List.of(
                        // Quota and admission refuse now, or nobody hears of it before it is too
                        // late.
                        new Action.RehearsePod(underAnotherName(source, seen)),
                        new Action.CreateRestore(
                                Halves.receiving(seen, node, choice.address().get()))),
                "the agent of node " + node + " to make room for the pod",
                Obstacles.deadline(seen));
    }

    private static Pod underAnotherName(Pod source, Observation seen) {
        return new PodBuilder(prepared(seen))
                .editMetadata()
                .withName(TargetName.of(source, seen.migration().getMetadata().getUid()))
                .endMetadata()
                .build();
    }

    /** The pod that was written down. */
    static Pod prepared(Observation seen) {
        return Serialization.unmarshal(seen.status().getPreparedPod(), Pod.class);
    }

    private Decision accept(Observation seen) {
        String node = seen.targetNode().orElseThrow();
        Instant end = seen.phaseStart().plus(limits.arming());
        return seen.now().isBefore(end)
                ? Decision.waitFor("the agent of node " + node + " to make room for the pod", end)
                : new Decision.GiveUp(
                        Failure.of(
                                FailureReason.AgentUnreachable,
                                "The agent of node "
                                        + node
                                        + " did not make room for the pod within "
                                        + limits.arming().toSeconds()
                                        + " s."));
    }
}
