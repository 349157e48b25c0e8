package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.CheckpointOptions;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.MigrationNodeStatus;
import dev.podmigration.api.v1alpha1.Peer;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodPlace;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.RestoreAddress;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.address.AddressChoice;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.observe.PodState;
import dev.podmigration.operator.preflight.TargetNodes;
import dev.podmigration.operator.settings.TimeLimits;
import dev.podmigration.operator.target.Placement;
import dev.podmigration.operator.target.TargetPod;
import dev.podmigration.operator.target.TargetProblem;
import dev.podmigration.operator.target.WithheldLabels;
import dev.podmigration.operator.workload.OptionPlan;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Brings the target pod to its launcher and files to the target node, while the source runs: the
 * pod, then the PodRestore for the node that the scheduler chose, then the first copy.
 */
final class PreparingPhase implements PhaseHandler {

    private final TargetNodes targetNodes;
    private final Reservation reservation;
    private final StageRun stages;
    private final TimeLimits limits;

    PreparingPhase(TargetNodes targetNodes, StageRun stages, TimeLimits limits) {
        this.stages = stages;
        this.targetNodes = targetNodes;
        this.reservation = new Reservation(targetNodes, limits);
        this.limits = limits;
    }

    @Override
    public Decision next(Observation seen) {
        return switch (stages.next(StrategyStage.Prepare, seen)) {
            case StageRun.State.Busy busy -> busy.decision();
            case StageRun.State.Refused refused -> new Decision.GiveUp(refused.failure());
            case StageRun.State.Complete _ -> seen.isStartedAnew() ? leave(seen) : bothEnds(seen);
        };
    }

    /** What the agent saw is in the status; nothing else is asked of it. */
    private static Decision leave(Observation seen) {
        Optional<PodCheckpoint> checkpoint = seen.checkpoint();
        if (checkpoint.isEmpty()) {
            return new Decision.Enter(PodMigrationPhase.Moving);
        }
        return checkpoint.get().isMarkedForDeletion()
                ? Decision.waitFor("the inspection to be cleaned up", Obstacles.deadline(seen))
                : Decision.act(
                        new Action.Delete(checkpoint.get()),
                        "the inspection to be cleaned up",
                        Obstacles.deadline(seen));
    }

    private Decision bothEnds(Observation seen) {
        Pod source = seen.source().orElseThrow();
        if (seen.isNameKept()) {
            return reservation
                    .next(source, seen)
                    .orElseGet(() -> prepare(seen.restore().orElseThrow(), seen));
        }
        if (seen.target().isEmpty()) {
            return create(source, seen);
        }
        Pod target = seen.target().get();
        String node = target.getSpec().getNodeName();
        if (node == null) {
            return schedule(target, seen);
        }
        if (seen.restore().isEmpty()) {
            return restore(source, target, node, seen);
        }
        if (!seen.restoreIs(PodRestorePhase.Armed)) {
            return arm(target, node, seen);
        }
        return prepare(seen.restore().get(), seen);
    }

    private Decision create(Pod source, Observation seen) {
        List<Node> nodes = targetNodes.eligible(source, seen);
        if (nodes.isEmpty()) {
            return new Decision.GiveUp(targetNodes.droppedOut(source, seen));
        }
        Pod target =
                TargetPod.from(
                        source,
                        seen.migration(),
                        withheld(source, seen),
                        new Placement(
                                nodes.stream().map(node -> node.getMetadata().getName()).toList()));
        // Written before the pod is made: without the source nobody could tell its name again.
        PodPlace place = new PodPlace();
        place.setPodName(target.getMetadata().getName());
        seen.status().setTarget(place);
        return Decision.act(
                new Action.CreatePod(target),
                "pod " + target.getMetadata().getName() + " to be scheduled",
                Obstacles.deadline(seen));
    }

    static Map<String, String> withheld(Pod source, Observation seen) {
        String namespace = source.getMetadata().getNamespace();
        Optional<LabelSelector> selector =
                PodState.controller(source)
                        .flatMap(owner -> seen.cluster().replicaSet(namespace, owner.getName()))
                        .map(ReplicaSet::getSpec)
                        .map(spec -> spec.getSelector());
        return WithheldLabels.of(source, selector, seen.cluster().services(namespace));
    }

    private Decision schedule(Pod target, Observation seen) {
        Optional<Failure> problem = TargetProblem.unschedulable(target);
        if (problem.isEmpty()) {
            return Decision.waitFor(
                    "pod " + target.getMetadata().getName() + " to be scheduled",
                    Obstacles.deadline(seen));
        }
        Instant end = since(target, "PodScheduled", seen).plus(limits.scheduling());
        return seen.now().isBefore(end)
                ? Decision.waitFor(problem.get().getMessage(), end)
                : new Decision.GiveUp(problem.get());
    }

    private Decision restore(Pod source, Pod target, String node, Observation seen) {
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
        note(choice.reason(), seen);
        return Decision.act(
                new Action.CreateRestore(Halves.restore(seen, target, choice.address().get())),
                "the agent of node " + node + " to accept the pod",
                Obstacles.deadline(seen));
    }

    private Decision arm(Pod target, String node, Observation seen) {
        Instant end = since(target, "PodScheduled", seen).plus(limits.arming());
        return seen.now().isBefore(end)
                ? Decision.waitFor(
                        "pod "
                                + target.getMetadata().getName()
                                + " on node "
                                + node
                                + " to wait for its restore",
                        end)
                : new Decision.GiveUp(
                        Failure.of(
                                FailureReason.LauncherTimeout,
                                "Pod "
                                        + target.getMetadata().getName()
                                        + " on node "
                                        + node
                                        + " did not reach its launcher within "
                                        + limits.arming().toSeconds()
                                        + " s; its PodRestore is in phase "
                                        + seen.restorePhase().map(Enum::name).orElse("none")
                                        + "."));
    }

    private static Decision prepare(PodRestore restore, Observation seen) {
        PodCheckpoint checkpoint = seen.checkpoint().orElse(null);
        if (checkpoint == null) {
            return new Decision.GiveUp(
                    Failure.of(
                            FailureReason.InternalError,
                            "The PodCheckpoint was deleted by somebody."));
        }
        if (seen.checkpointIs(PodCheckpointPhase.Prepared)) {
            return new Decision.Enter(PodMigrationPhase.Armed);
        }
        String what = "files to be copied a first time";
        if (checkpoint.getSpec().getGoal() != CheckpointGoal.Inspect) {
            return Decision.waitFor(what, Obstacles.deadline(seen));
        }
        String node = restore.getSpec().getNodeName();
        Optional<String> address =
                seen.cluster()
                        .migrationNode(node)
                        .map(MigrationNode::getStatus)
                        .map(MigrationNodeStatus::getAddress);
        if (address.isEmpty()) {
            return new Decision.GiveUp(
                    Failure.of(
                            FailureReason.AgentUnreachable,
                            "The agent of node " + node + " has not reported its address."));
        }
        Peer peer = new Peer();
        peer.setRestoreName(restore.getMetadata().getName());
        peer.setNodeName(node);
        peer.setAddress(address.get());
        boolean keep = restore.getSpec().getAddress() == RestoreAddress.Keep;
        CheckpointOptions options =
                OptionPlan.ofPod(seen.status().getContainers(), seen.spec().getCheckpoint());
        return Decision.act(
                new Action.Prepare(
                        checkpoint, peer, options, keep, seen.limits().getFreezeSeconds()),
                what,
                Obstacles.deadline(seen));
    }

    static void note(String reason, Observation seen) {
        List<String> reasons = new ArrayList<>(seen.status().getStrategy().getReasons());
        if (!reasons.contains(reason)) {
            reasons.removeIf(old -> old.startsWith("Decided when"));
            reasons.add(reason);
            seen.status().getStrategy().setReasons(reasons);
        }
    }

    static Instant since(Pod pod, String condition, Observation seen) {
        return PodState.condition(pod, condition)
                .map(PodCondition::getLastTransitionTime)
                .map(Instant::parse)
                .orElse(seen.now());
    }
}
