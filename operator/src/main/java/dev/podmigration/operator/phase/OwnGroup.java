package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.api.v1alpha1.WorkloadProgress;
import dev.podmigration.operator.observe.Observation;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.Optional;

/** What a member has to know of the group that it belongs to. */
final class OwnGroup {

    private OwnGroup() {}

    /**
     * Members may touch their pods: the plan of all stands, and what the program has to do before
     * is done.
     */
    static boolean isBegun(Observation member) {
        return member.group()
                .parent()
                .filter(parent -> parent.getStatus().getFailure() == null)
                .filter(
                        parent ->
                                GroupPhases.isFrom(
                                        PodMigrationPhase.Preparing, parent.getStatus().getPhase()))
                .filter(parent -> isPrepared(parent.getStatus().getWorkload()))
                .isPresent();
    }

    private static boolean isPrepared(@Nullable WorkloadProgress work) {
        return work == null
                || (work.getStage() == StrategyStage.Prepare && work.isComplete())
                || (work.getStage() != null && work.getStage() != StrategyStage.Prepare);
    }

    /** Why a member has to give up: the others, or what moves them all, did. */
    static Optional<Failure> gaveUp(Observation member) {
        if (!member.isMember()) {
            return Optional.empty();
        }
        String name = Objects.requireNonNull(member.spec().getGroup()).getName();
        if (member.group().parent().isEmpty()) {
            Failure failure =
                    Failure.of(
                            FailureReason.NotPermitted,
                            "There is no PodMigration "
                                    + name
                                    + " that has made this one for a pod of its group.");
            failure.setRemedy("Leave spec.group out; to move several pods use spec.selector.");
            return Optional.of(failure);
        }
        return member.group()
                .parent()
                .map(parent -> parent.getStatus())
                .filter(
                        parent ->
                                parent.getFailure() != null
                                        || (parent.getPhase() != null
                                                && parent.getPhase().isFinal()))
                .map(
                        parent ->
                                Failure.of(
                                        FailureReason.GroupMemberFailed,
                                        parent.getFailure() == null
                                                ? "PodMigration "
                                                        + name
                                                        + ", which moves the group, has ended."
                                                : String.valueOf(
                                                        parent.getFailure().getMessage())));
    }
}
