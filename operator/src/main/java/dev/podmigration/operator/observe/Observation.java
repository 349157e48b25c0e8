package dev.podmigration.operator.observe;

import dev.podmigration.api.v1alpha1.EffectiveLimits;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodCheckpointStatus;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationSpec;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodMove;
import dev.podmigration.api.v1alpha1.PodNameMode;
import dev.podmigration.api.v1alpha1.PodPlace;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.PodRestoreStatus;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyChoice;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.api.v1alpha1.WorkloadProgress;

import io.fabric8.kubernetes.api.model.Pod;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * One migration and the objects that belong to it at one moment.
 *
 * @param migration a copy that belongs to this observation: its status is the draft of the next
 *     one, in which handlers record what they found and decided
 * @param source the pod that the migration began with; absent when it is gone, even if another one
 *     has its name
 * @param target the pod that this migration created
 * @param cluster everything else
 * @param work what strategies have answered
 * @param group of a migration that moves a group, or of one of its members
 */
public record Observation(
        PodMigration migration,
        Optional<Pod> source,
        Optional<Pod> target,
        Optional<PodCheckpoint> checkpoint,
        Optional<PodRestore> restore,
        Cluster cluster,
        StrategyWork work,
        GroupView group,
        Instant now) {

    /** Condition that is there, and True, while everything is being undone. */
    public static final String ROLLING_BACK = "RollingBack";

    /** Of a pod that moves alone. */
    public Observation(
            PodMigration migration,
            Optional<Pod> source,
            Optional<Pod> target,
            Optional<PodCheckpoint> checkpoint,
            Optional<PodRestore> restore,
            Cluster cluster,
            StrategyWork work,
            Instant now) {
        this(migration, source, target, checkpoint, restore, cluster, work, GroupView.NONE, now);
    }

    public PodMigrationSpec spec() {
        return migration.getSpec();
    }

    /** The draft of the next status. */
    public PodMigrationStatus status() {
        return migration.getStatus();
    }

    public PodMigrationPhase phase() {
        PodMigrationPhase phase = status().getPhase();
        return phase == null ? PodMigrationPhase.Pending : phase;
    }

    /** When the present phase began. */
    public Instant phaseStart() {
        return status().getPhaseTransitions().stream()
                .filter(transition -> transition.getPhase() == phase())
                .reduce((_, last) -> last)
                .map(transition -> Timestamps.parse(transition.getTime()))
                .orElse(now);
    }

    /** It has passed the commit, whatever became of it since. */
    public boolean wasCommitted() {
        return status().getPhaseTransitions().stream()
                .anyMatch(transition -> transition.getPhase() == PodMigrationPhase.Committed);
    }

    public Optional<PodCheckpointPhase> checkpointPhase() {
        return checkpointStatus().map(PodCheckpointStatus::getPhase);
    }

    public Optional<PodRestorePhase> restorePhase() {
        return restoreStatus().map(PodRestoreStatus::getPhase);
    }

    public boolean checkpointIs(PodCheckpointPhase phase) {
        return checkpointPhase().filter(phase::equals).isPresent();
    }

    public boolean restoreIs(PodRestorePhase phase) {
        return restorePhase().filter(phase::equals).isPresent();
    }

    public Optional<PodCheckpointStatus> checkpointStatus() {
        return checkpoint.map(PodCheckpoint::getStatus);
    }

    public Optional<PodRestoreStatus> restoreStatus() {
        return restore.map(PodRestore::getStatus);
    }

    public Optional<String> sourceNode() {
        return place(PodMigrationStatus::getSource, PodPlace::getNodeName);
    }

    public Optional<String> targetNode() {
        return place(PodMigrationStatus::getTarget, PodPlace::getNodeName);
    }

    private Optional<String> place(
            Function<PodMigrationStatus, PodPlace> place, Function<PodPlace, String> part) {
        return Optional.ofNullable(place.apply(status())).map(part);
    }

    /** The agent of the source has given the grant, by its own word. */
    public boolean isGranted() {
        return checkpointIs(PodCheckpointPhase.Granted)
                || checkpointIs(PodCheckpointPhase.Released);
    }

    /** When it was decided to undo everything. */
    public Instant rollBackStart() {
        return status().getConditions().stream()
                .filter(condition -> ROLLING_BACK.equals(condition.getType()))
                .findFirst()
                .map(condition -> Instant.parse(condition.getLastTransitionTime()))
                .orElse(now);
    }

    /** A failure is recorded and everything is being undone. */
    public boolean isRollingBack() {
        return status().getFailure() != null && !phase().isFinal();
    }

    /** Limits in force: the user's, unless a policy or the program wants others. */
    public EffectiveLimits limits() {
        return Objects.requireNonNullElseGet(
                status().getLimits(),
                () ->
                        EffectiveLimits.of(
                                spec().getLimits().getFreezeSeconds(),
                                spec().getLimits().getTotalSeconds()));
    }

    /** The strategy that was chosen; empty before that. */
    public Optional<Strategy> chosen() {
        return Optional.ofNullable(status().getStrategy()).map(StrategyChoice::getChosen);
    }

    /** The pod is moved without its memory, from the beginning or because that did not work. */
    public boolean isStartedAnew() {
        return chosen().filter(rung -> !rung.isFreezing()).isPresent()
                || workload().filter(WorkloadProgress::isFellBack).isPresent();
    }

    /** The target's agent says so, with its memory or without. */
    public boolean isPodOnTarget() {
        return restoreIs(PodRestorePhase.Committed) || restoreIs(PodRestorePhase.StartedAnew);
    }

    /** The work of the chosen strategy; empty if it has none. */
    public Optional<WorkloadProgress> workload() {
        return Optional.ofNullable(status().getWorkload());
    }

    /** The owner of the pod moves it: the operator makes and deletes none. */
    public boolean isMovedByOwner() {
        return workload().filter(work -> work.getPodMove() == PodMove.Owner).isPresent();
    }

    /** The target takes the name of the source, which is deleted before the target is made. */
    public boolean isNameKept() {
        return spec().getTarget().getPodName() == PodNameMode.Keep;
    }

    /** It moves several pods as one; each of them has a migration of its own. */
    public boolean isGroup() {
        return spec().getSelector() != null;
    }

    /** It moves one pod of a group. */
    public boolean isMember() {
        return spec().getGroup() != null;
    }

    /** The user no longer wants it, one way or the other, or the group that it belongs to. */
    public boolean isUnwanted() {
        return isUnwantedItself() || group.parent().filter(Observation::isUnwanted).isPresent();
    }

    /** The user no longer wants this one, whatever becomes of the group that it belongs to. */
    public boolean isUnwantedItself() {
        return isUnwanted(migration);
    }

    private static boolean isUnwanted(PodMigration migration) {
        return migration.getSpec().isCancelled() || migration.isMarkedForDeletion();
    }
}
