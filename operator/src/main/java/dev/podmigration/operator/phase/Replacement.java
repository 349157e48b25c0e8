package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.observe.Marks;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.observe.PodState;
import dev.podmigration.operator.settings.TimeLimits;
import dev.podmigration.operator.target.TargetProblem;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The phase Committed of a pod that keeps its name. Memory and grant are on the target's node and
 * nothing runs: the source is deleted, the pod that was written down takes its name, and the
 * target's agent is told which one it is. Every step is found again by what exists, and there is no
 * way back from any.
 */
final class Replacement implements PhaseHandler {

    private final Silence silence;
    private final TimeLimits limits;

    Replacement(Silence silence, TimeLimits limits) {
        this.silence = silence;
        this.limits = limits;
    }

    /**
     * Both agents have said so, each after its record did: the source's addresses are reserved, and
     * the target never gives up any more.
     */
    static boolean isDue(Observation seen) {
        boolean reserved =
                seen.checkpointIs(PodCheckpointPhase.Granted)
                        || seen.checkpointIs(PodCheckpointPhase.Released);
        return reserved && isReceived(seen);
    }

    /** The target has the grant: whatever else was decided, the way is forward. */
    static boolean isReceived(Observation seen) {
        return seen.restoreIs(PodRestorePhase.Granted)
                || (seen.isNameKept() && seen.isPodOnTarget());
    }

    @Override
    public Decision next(Observation seen) {
        if (seen.isPodOnTarget()) {
            return new Decision.Enter(PodMigrationPhase.Switching);
        }
        if (seen.source().isPresent()) {
            return free(seen.source().get(), seen);
        }
        if (seen.target().isEmpty()) {
            return seen.status().getPreparedPod() == null ? lost(seen) : create(seen);
        }
        return seen.restore().isPresent()
                ? bring(seen.target().get(), seen.restore().get(), seen)
                : unrestored(seen);
    }

    private Decision free(Pod source, Observation seen) {
        if (!isDue(seen)) {
            return Decision.waitFor(
                    "the source agent to reserve the addresses",
                    silence.noticedBy(seen, again(seen)));
        }
        Optional<Failure> silent = silence.ofTarget(seen);
        if (silent.isPresent()) {
            return new Decision.Stall(List.of(), silent.get(), again(seen));
        }
        List<Action> actions = new ArrayList<>(inherit(source, seen));
        if (!source.isMarkedForDeletion()
                || source.getMetadata().getDeletionGracePeriodSeconds() == null
                || source.getMetadata().getDeletionGracePeriodSeconds() > 0) {
            actions.add(new Action.FreeName(source));
        }
        return new Decision.Stay(
                actions, "source pod " + source.getMetadata().getName() + " to go", again(seen));
    }

    /**
     * PodCheckpoints of earlier moves keep addresses reserved and would go with the source; until
     * the target is there, the migration holds them.
     */
    private static List<Action> inherit(Pod source, Observation seen) {
        String uid = source.getMetadata().getUid();
        return seen.cluster().checkpoints(source.getMetadata().getNamespace()).stream()
                .filter(checkpoint -> isOwnedBy(checkpoint, uid))
                .filter(checkpoint -> !checkpoint.isMarkedForDeletion())
                .<Action>map(checkpoint -> new Action.GiveTo(checkpoint, seen.migration()))
                .toList();
    }

    private static boolean isOwnedBy(HasMetadata object, String uid) {
        return object.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getUid().equals(uid));
    }

    private Decision create(Observation seen) {
        Pod pod = Reservation.prepared(seen);
        if (seen.restore().isEmpty()) {
            // Nobody has its memory any more. Without the annotation it is started like any pod.
            pod =
                    new PodBuilder(pod)
                            .editMetadata()
                            .removeFromAnnotations(Marks.RESTORE)
                            .endMetadata()
                            .build();
        }
        return Decision.act(
                new Action.CreatePod(pod),
                "pod " + pod.getMetadata().getName() + " to be made",
                again(seen));
    }

    private Decision bring(Pod target, PodRestore restore, Observation seen) {
        if (target.isMarkedForDeletion()) {
            return lost(seen);
        }
        if (PodState.hasEnded(target)) {
            seen.status().setFailure(TargetProblem.of(target).orElseThrow());
            return new Decision.Finish(PodMigrationPhase.Failed);
        }
        if (restore.getSpec().getPodUid() == null) {
            return Decision.act(
                    new Action.Bind(restore, target),
                    "the target agent to restore the pod",
                    again(seen));
        }
        Optional<Failure> problem =
                TargetProblem.unschedulable(target)
                        .or(() -> TargetProblem.of(target))
                        .or(() -> silence.ofTarget(seen));
        return problem.isPresent()
                ? new Decision.Stall(List.of(), problem.get(), again(seen))
                : Decision.waitFor(
                        "pod " + target.getMetadata().getName() + " to be restored",
                        silence.noticedBy(seen, again(seen)));
    }

    private static Decision unrestored(Observation seen) {
        seen.status()
                .setFailure(
                        Failure.of(
                                FailureReason.RestoreFailed,
                                "The PodRestore was deleted by somebody after the commit; the pod"
                                        + " starts anew, without its memory."));
        return new Decision.Finish(PodMigrationPhase.Failed);
    }

    private static Decision lost(Observation seen) {
        seen.status()
                .setFailure(
                        Failure.of(
                                FailureReason.RestoreFailed,
                                "The target pod was deleted by somebody after the commit."));
        return new Decision.Finish(PodMigrationPhase.Failed);
    }

    private Instant again(Observation seen) {
        return seen.now().plus(limits.removal());
    }
}
