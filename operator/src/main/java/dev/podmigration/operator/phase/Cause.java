package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.GroupMember;
import dev.podmigration.api.v1alpha1.PodCheckpointStatus;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodRestoreStatus;
import dev.podmigration.operator.observe.Observation;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which of several failures a person has to hear about. When one end gives up the other one ends
 * too, and may report that first.
 */
final class Cause {

    /** What one end says when the other one failed. */
    private static final Set<FailureReason> CONSEQUENCES =
            EnumSet.of(
                    FailureReason.Cancelled,
                    FailureReason.GrantRefused,
                    FailureReason.GroupMemberFailed,
                    FailureReason.StreamBroken);

    private Cause() {}

    /** Something else came first. */
    static boolean isConsequence(Failure failure) {
        return CONSEQUENCES.contains(failure.getReason());
    }

    /** A failure to record in place of the recorded one; empty when that is a cause itself. */
    static Optional<Failure> behind(Failure recorded, Observation seen) {
        if (seen.isUnwanted() || !CONSEQUENCES.contains(recorded.getReason())) {
            return Optional.empty();
        }
        return Stream.of(
                        seen.checkpointStatus().map(PodCheckpointStatus::getFailure),
                        seen.restoreStatus().map(PodRestoreStatus::getFailure))
                .flatMap(Optional::stream)
                .filter(failure -> !CONSEQUENCES.contains(failure.getReason()))
                .findFirst()
                .or(() -> ofGroup(seen));
    }

    /** Which other pod of the group it was, when that is known. */
    private static Optional<Failure> ofGroup(Observation seen) {
        String name = seen.migration().getMetadata().getName();
        return seen.group()
                .parent()
                .map(PodMigration::getStatus)
                .filter(
                        group ->
                                group.getMembers().stream()
                                        .filter(other -> !name.equals(other.getMigrationName()))
                                        .map(GroupMember::getReason)
                                        .anyMatch(
                                                reason ->
                                                        reason != null
                                                                && !CONSEQUENCES.contains(reason)))
                .map(PodMigrationStatus::getFailure);
    }
}
