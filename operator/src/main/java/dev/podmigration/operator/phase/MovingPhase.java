package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodPlace;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.api.v1alpha1.WorkloadProgress;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.observe.PodState;
import dev.podmigration.operator.preflight.TargetNodes;
import dev.podmigration.operator.settings.TimeLimits;
import dev.podmigration.operator.target.Placement;
import dev.podmigration.operator.target.TargetPod;
import dev.podmigration.operator.target.TargetProblem;
import dev.podmigration.operator.workload.PluginException;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Moves a pod without its memory. The strategy does its part, and a new pod is made on the target
 * and waited for: after that, or before, if the strategy bears both at once. The owner of the pod
 * may do that instead. Until both is done everything can be undone by deleting the new pod.
 */
final class MovingPhase implements PhaseHandler {

    private final StageRun stages;
    private final TargetNodes targetNodes;
    private final TimeLimits limits;

    MovingPhase(StageRun stages, TargetNodes targetNodes, TimeLimits limits) {
        this.stages = stages;
        this.targetNodes = targetNodes;
        this.limits = limits;
    }

    @Override
    public Decision next(Observation seen) {
        boolean fellBack = seen.workload().filter(WorkloadProgress::isFellBack).isPresent();
        StrategyStage stage = fellBack ? StrategyStage.Fallback : StrategyStage.Move;
        boolean ready = seen.target().filter(PodState::isReady).isPresent();
        try {
            if (!ready && stages.isDoneBesideNewPod(seen)) {
                return bring(seen);
            }
        } catch (PluginException e) {
            return new Decision.GiveUp(e.failure());
        }
        return switch (stages.next(stage, seen)) {
            case StageRun.State.Busy busy -> busy.decision();
            case StageRun.State.Refused refused -> new Decision.GiveUp(refused.failure());
            case StageRun.State.Complete _ ->
                    ready || seen.isMovedByOwner()
                            ? new Decision.Enter(PodMigrationPhase.Committed)
                            : bring(seen);
        };
    }

    /** Makes a new pod on the target, or waits until the one that was made is Ready. */
    private Decision bring(Observation seen) {
        return seen.target()
                .map(target -> await(target, seen))
                .orElseGet(() -> create(seen.source().orElseThrow(), seen));
    }

    private Decision await(Pod target, Observation seen) {
        String name = target.getMetadata().getName();
        Optional<Failure> unschedulable = TargetProblem.unschedulable(target);
        Instant start = PreparingPhase.since(target, "PodScheduled", seen);
        Instant end = start.plus(unschedulable.isPresent() ? limits.scheduling() : limits.arming());
        if (seen.now().isBefore(end)) {
            return Decision.waitFor("pod " + name + " to be Ready", end);
        }
        return new Decision.GiveUp(
                unschedulable.orElseGet(
                        () ->
                                Failure.of(
                                        FailureReason.ReplacementNotReady,
                                        "Pod "
                                                + name
                                                + " on node "
                                                + target.getSpec().getNodeName()
                                                + " was not Ready within "
                                                + limits.arming().toSeconds()
                                                + " s.")));
    }

    private Decision create(Pod source, Observation seen) {
        List<Node> nodes = targetNodes.forReplacement(source, seen);
        if (nodes.isEmpty()) {
            return new Decision.GiveUp(targetNodes.droppedOut(source, seen));
        }
        Pod target =
                TargetPod.anew(
                        source,
                        seen.migration(),
                        PreparingPhase.withheld(source, seen),
                        new Placement(
                                nodes.stream().map(node -> node.getMetadata().getName()).toList()));
        // Written before the pod is made, so that it is found without the source.
        PodPlace place = new PodPlace();
        place.setPodName(target.getMetadata().getName());
        seen.status().setTarget(place);
        return Decision.act(
                new Action.CreatePod(target),
                "pod " + target.getMetadata().getName() + " to be scheduled",
                Obstacles.deadline(seen));
    }
}
