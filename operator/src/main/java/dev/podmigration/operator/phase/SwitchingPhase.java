package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodCheckpointStatus;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.PodRestoreStatus;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.WorkloadProgress;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.owner.Succession;
import dev.podmigration.operator.settings.TimeLimits;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The target takes the place of the source: first what must outlive the source is given to the
 * target, then the owner gets the target, then the source goes and its node is clean.
 */
final class SwitchingPhase implements PhaseHandler {

    private static final long FORCED = 0;

    private final Succession succession;
    private final Silence silence;
    private final StageRun stages;
    private final TimeLimits limits;

    SwitchingPhase(Silence silence, StageRun stages, TimeLimits limits) {
        this.stages = stages;
        this.succession = new Succession(limits);
        this.silence = silence;
        this.limits = limits;
    }

    @Override
    public Decision next(Observation seen) {
        if (seen.isMovedByOwner()) {
            return stages.finish(seen);
        }
        List<Action> inheritance =
                seen.isStartedAnew()
                        ? List.of()
                        : seen.target().map(target -> inherit(target, seen)).orElse(List.of());
        if (!inheritance.isEmpty()) {
            return new Decision.Stay(
                    inheritance, "the target to inherit what the source keeps", again(seen));
        }
        if (seen.source().isPresent()) {
            return remove(seen.source().get(), seen);
        }
        Optional<Action> late = succession.afterSource(seen);
        if (late.isPresent()) {
            return Decision.act(late.get(), "the owner to get the target", again(seen));
        }
        if (!isReleased(seen)) {
            return release(seen);
        }
        List<Action> needless = seen.target().map(target -> forget(target, seen)).orElse(List.of());
        if (!needless.isEmpty()) {
            return new Decision.Stay(needless, "earlier moves to be forgotten", again(seen));
        }
        if (seen.target().isEmpty()) {
            seen.status()
                    .setFailure(
                            Failure.of(
                                    FailureReason.RestoreFailed,
                                    "The target pod was deleted by somebody after the commit."));
            return new Decision.Finish(PodMigrationPhase.Failed);
        }
        if (seen.restoreIs(PodRestorePhase.StartedAnew) && !isSaved(seen)) {
            seen.status().setFailure(startedAnew(seen));
            return new Decision.Finish(PodMigrationPhase.Failed);
        }
        return stages.finish(seen);
    }

    /** The memory is lost, and the strategy has a savepoint to go on from. */
    private static boolean isSaved(Observation seen) {
        Optional<WorkloadProgress> work =
                seen.workload()
                        .filter(_ -> seen.chosen().filter(Strategy.Hybrid::equals).isPresent());
        work.ifPresent(found -> found.setFellBack(true));
        return work.isPresent();
    }

    /**
     * The source's PodCheckpoint keeps its addresses reserved, and so do those of earlier moves:
     * they must go with the pod that uses the addresses, not with one that is deleted now.
     */
    private static List<Action> inherit(Pod target, Observation seen) {
        String namespace = target.getMetadata().getNamespace();
        String sourceUid = seen.status().getSource().getPodUid();
        Stream<HasMetadata> own =
                Stream.concat(seen.checkpoint().stream(), seen.restore().stream());
        Stream<HasMetadata> earlier =
                seen.cluster().checkpoints(namespace).stream()
                        .filter(
                                checkpoint ->
                                        isOwnedBy(checkpoint, sourceUid)
                                                // While neither pod existed.
                                                || isOwnedBy(
                                                        checkpoint,
                                                        seen.migration().getMetadata().getUid()))
                        .map(HasMetadata.class::cast);
        return Stream.concat(own, earlier)
                .filter(object -> !isOwnedBy(object, target.getMetadata().getUid()))
                .filter(object -> !object.isMarkedForDeletion())
                .<Action>map(object -> new Action.GiveTo(object, target))
                .toList();
    }

    /**
     * What earlier moves of this pod have reserved, and it uses no more. Otherwise every move would
     * cost each node an address for as long as the pod lives.
     */
    private static List<Action> forget(Pod target, Observation seen) {
        Set<String> kept =
                seen.status().getAddressesKept().stream()
                        .map(SwitchingPhase::withoutPrefix)
                        .collect(Collectors.toSet());
        return seen.cluster().checkpoints(target.getMetadata().getNamespace()).stream()
                .filter(checkpoint -> isOwnedBy(checkpoint, target.getMetadata().getUid()))
                .filter(checkpoint -> !isOfThisMove(checkpoint, seen))
                .filter(checkpoint -> !checkpoint.isMarkedForDeletion())
                .filter(checkpoint -> isNeedless(checkpoint.getStatus(), kept))
                .<Action>map(Action.Delete::new)
                .toList();
    }

    /** One whose agent does not say what it has reserved is kept. */
    private static boolean isNeedless(PodCheckpointStatus earlier, Set<String> kept) {
        return earlier.getPhase() == PodCheckpointPhase.Released
                && (earlier.getAddresses().isEmpty()
                        || (!earlier.getReservedAddresses().isEmpty()
                                && earlier.getReservedAddresses().stream()
                                        .map(SwitchingPhase::withoutPrefix)
                                        .noneMatch(kept::contains)));
    }

    private static boolean isOfThisMove(PodCheckpoint checkpoint, Observation seen) {
        return checkpoint.getMetadata().getName().equals(seen.status().getCheckpointName());
    }

    private static String withoutPrefix(String address) {
        return address.replaceFirst("/.*", "");
    }

    /** The agent of the target node says why; the pod runs, and nothing can be undone. */
    private static Failure startedAnew(Observation seen) {
        return seen.restoreStatus()
                .map(PodRestoreStatus::getFailure)
                .orElseGet(
                        () ->
                                Failure.of(
                                        FailureReason.RestoreFailed,
                                        "The pod was started anew, without its memory."));
    }

    private static boolean isOwnedBy(HasMetadata object, String uid) {
        return object.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getUid().equals(uid));
    }

    private Decision remove(Pod source, Observation seen) {
        String waitingFor = "source pod " + source.getMetadata().getName() + " to go";
        if (isReleased(seen) && source.isMarkedForDeletion() && isOverdue(source, seen)) {
            return Decision.act(new Action.DeletePod(source, FORCED), waitingFor, again(seen));
        }
        Succession.Move move = succession.next(source, seen);
        Optional<Failure> silent = isReleased(seen) ? Optional.empty() : silence.ofSource(seen);
        return silent.isPresent()
                ? new Decision.Stall(move.actions(), silent.get(), again(seen))
                : new Decision.Stay(move.actions(), move.waitingFor(), move.lookAgain());
    }

    private boolean isOverdue(Pod source, Observation seen) {
        return Instant.parse(source.getMetadata().getDeletionTimestamp())
                .plus(limits.removal())
                .isBefore(seen.now());
    }

    private Decision release(Observation seen) {
        Optional<Failure> silent = silence.ofSource(seen);
        return silent.isPresent()
                ? new Decision.Stall(List.of(), silent.get(), again(seen))
                : Decision.waitFor(
                        "the source agent to clean its node", silence.noticedBy(seen, again(seen)));
    }

    /** Nothing can be left on a node that is gone, and nobody is there to say so. */
    private static boolean isReleased(Observation seen) {
        return seen.checkpointIs(PodCheckpointPhase.Released)
                || seen.checkpoint().isEmpty()
                || seen.sourceNode().flatMap(seen.cluster()::node).isEmpty();
    }

    private Instant again(Observation seen) {
        return seen.now().plus(limits.removal());
    }
}
