package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.HalfPhase;
import dev.podmigration.api.v1alpha1.HalfStatus;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.observe.PodState;
import dev.podmigration.operator.target.TargetProblem;

import io.fabric8.kubernetes.api.model.Pod;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** What ends any phase before the commit: asked before the phase has its say. */
final class Obstacles {

    private static final Set<PodCheckpointPhase> UNDONE =
            EnumSet.of(PodCheckpointPhase.RolledBack, PodCheckpointPhase.Failed);
    private static final Set<PodRestorePhase> GIVEN_UP =
            EnumSet.of(PodRestorePhase.Cancelled, PodRestorePhase.Failed);

    private final Silence silence;

    Obstacles(Silence silence) {
        this.silence = silence;
    }

    Optional<Failure> look(Observation seen) {
        if (!seen.phase().isCancellable() || seen.isPodOnTarget() || Replacement.isReceived(seen)) {
            return Optional.empty();
        }
        if (seen.isGranted()) {
            // The target alone knows whether it ran. Only when it says that it never did is the way
            // back open.
            return targetFailed(seen);
        }
        return Stream.<Function<Observation, Optional<Failure>>>of(
                        Obstacles::unwanted,
                        OwnGroup::gaveUp,
                        Obstacles::sourceFailed,
                        Obstacles::targetFailed,
                        Obstacles::tooLate,
                        Obstacles::sourceLeft,
                        Obstacles::targetLeft,
                        silence::ofEither)
                .flatMap(question -> question.apply(seen).stream())
                .findFirst();
    }

    static Optional<Failure> unwanted(Observation seen) {
        if (!seen.isUnwanted()) {
            return Optional.empty();
        }
        return Optional.of(
                Failure.of(
                        FailureReason.Cancelled,
                        whoEnded(seen) + " in phase " + seen.phase() + "."));
    }

    private static String whoEnded(Observation seen) {
        if (seen.spec().isCancelled()) {
            return "Cancelled by spec.cancelled";
        }
        return seen.migration().isMarkedForDeletion()
                ? "The PodMigration was deleted"
                : "Cancelled with its group";
    }

    static Optional<Failure> tooLate(Observation seen) {
        Instant end = deadline(seen);
        return seen.now().isBefore(end)
                ? Optional.empty()
                : Optional.of(
                        Failure.of(
                                FailureReason.TotalLimitExceeded,
                                "Not committed after "
                                        + seen.limits().getTotalSeconds()
                                        + " s, in phase "
                                        + seen.phase()
                                        + "."));
    }

    /** When {@code limits.totalSeconds} are over. */
    static Instant deadline(Observation seen) {
        String start = seen.status().getStartTime();
        return (start == null ? seen.now() : Timestamps.parse(start))
                .plus(Duration.ofSeconds(seen.limits().getTotalSeconds()));
    }

    private static Optional<Failure> sourceFailed(Observation seen) {
        return failed("source", seen.checkpointStatus(), UNDONE);
    }

    private static Optional<Failure> targetFailed(Observation seen) {
        return failed("target", seen.restoreStatus(), GIVEN_UP);
    }

    private static Optional<Failure> failed(
            String side, Optional<? extends HalfStatus> half, Set<? extends HalfPhase> ends) {
        return half.filter(status -> ends.contains(status.getPhase()))
                .map(
                        status ->
                                Objects.requireNonNullElseGet(
                                        status.getFailure(),
                                        () ->
                                                Failure.of(
                                                        FailureReason.InternalError,
                                                        "The "
                                                                + side
                                                                + " agent ended in phase "
                                                                + status.getPhase()
                                                                + " without saying why.")));
    }

    private static Optional<Failure> sourceLeft(Observation seen) {
        if (PhaseTable.isBefore(seen.phase(), PodMigrationPhase.Preparing)) {
            // A finding of the preflight.
            return Optional.empty();
        }
        if (seen.isMovedByOwner() && seen.phase() == PodMigrationPhase.Moving) {
            // That it goes is what its owner was asked for.
            return Optional.empty();
        }
        if (seen.source().isEmpty()) {
            return Optional.of(
                    Failure.of(FailureReason.PodBeingDeleted, "The source pod was deleted."));
        }
        Pod source = seen.source().get();
        if (source.isMarkedForDeletion()) {
            return Optional.of(
                    Failure.of(
                            FailureReason.PodBeingDeleted,
                            "Pod "
                                    + source.getMetadata().getName()
                                    + " is being deleted since "
                                    + source.getMetadata().getDeletionTimestamp()
                                    + "."));
        }
        return PodState.hasEnded(source)
                ? Optional.of(
                        Failure.of(
                                FailureReason.SourceStopped,
                                "Pod "
                                        + source.getMetadata().getName()
                                        + " ended: "
                                        + PodState.phase(source)
                                        + "."))
                : Optional.empty();
    }

    private static Optional<Failure> targetLeft(Observation seen) {
        boolean existed =
                seen.status().getTarget() != null && seen.status().getTarget().getPodUid() != null;
        if (!existed) {
            return Optional.empty();
        }
        String name = Objects.requireNonNull(seen.status().getTarget()).getPodName();
        if (seen.target().isEmpty() || seen.target().get().isMarkedForDeletion()) {
            return Optional.of(
                    Failure.of(
                            FailureReason.RestoreFailed,
                            "Target pod " + name + " was deleted by somebody."));
        }
        return TargetProblem.of(seen.target().get());
    }
}
