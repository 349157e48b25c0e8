package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.GroupMember;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.operator.observe.Observation;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The members of a group, as they stand together. */
final class Members {

    private final Observation seen;
    private final List<GroupMember> all;

    private Members(Observation seen) {
        this.seen = seen;
        this.all = seen.status().getMembers();
    }

    static Members of(Observation group) {
        return new Members(group);
    }

    /** Those that no migration was made for yet. */
    List<GroupMember> missing() {
        return all.stream()
                .filter(member -> member.getPhase() == null && found(member).isEmpty())
                .toList();
    }

    /** Each of them has a plan, or has ended. */
    boolean areDecided() {
        return all.stream()
                .allMatch(
                        member ->
                                isFinal(member)
                                        || found(member).flatMap(Observation::chosen).isPresent());
    }

    /** True of each of them. One whose migration was not seen yet is nowhere. */
    boolean areAll(Predicate<PodMigrationPhase> condition) {
        return all.stream()
                .map(GroupMember::getPhase)
                .allMatch(phase -> phase != null && condition.test(phase));
    }

    boolean isAny(Predicate<PodMigrationPhase> condition) {
        return all.stream()
                .map(GroupMember::getPhase)
                .anyMatch(phase -> phase != null && condition.test(phase));
    }

    /** All migrations that were made have ended. */
    boolean haveEnded() {
        return all.stream().allMatch(member -> isFinal(member) || found(member).isEmpty());
    }

    /** The word to freeze was given to one of them, so it holds for all. */
    boolean isFreezeAsked() {
        return seen.group().members().stream().anyMatch(Members::isAskedToFreeze);
    }

    static boolean isAskedToFreeze(Observation member) {
        return member.checkpoint()
                .filter(half -> half.getSpec().getGoal() == CheckpointGoal.Migrate)
                .isPresent();
    }

    /** Nothing can take this group back: a member has the grant, and so have the others. */
    boolean isGranted() {
        return isCommitted() || seen.group().members().stream().anyMatch(Observation::isGranted);
    }

    /** A target runs. */
    boolean isCommitted() {
        // What has succeeded was only planned, then.
        return !seen.spec().isDryRun() && isAny(PodMigrationPhase::isCommitted);
    }

    /** What is wrong with the member that the others have to follow; empty if nothing is. */
    Optional<Failure> failure() {
        return cause().or(() -> failed().map(Members::failure).findFirst());
    }

    /** The same, but not what one member says of another. */
    Optional<Failure> cause() {
        return Stream.concat(
                        failed().filter(member -> !isOfAnother(member)).map(Members::failure),
                        all.stream().filter(this::isLost).map(Members::lost))
                .findFirst();
    }

    /** Causes first, then what followed from them. */
    private Stream<Observation> failed() {
        return seen.group().members().stream()
                .filter(member -> member.status().getFailure() != null)
                .sorted(Comparator.comparing(Members::isConsequence));
    }

    private static boolean isConsequence(Observation member) {
        return !member.isUnwantedItself()
                && Cause.isConsequence(Objects.requireNonNull(member.status().getFailure()));
    }

    private static boolean isOfAnother(Observation member) {
        return Objects.requireNonNull(member.status().getFailure()).getReason()
                == FailureReason.GroupMemberFailed;
    }

    private static Failure failure(Observation member) {
        Failure failure = Objects.requireNonNull(member.status().getFailure());
        if (failure.getReason() == FailureReason.Cancelled && !member.isUnwantedItself()) {
            // By the wish to cancel the group, which its member has seen before the group has.
            return failure;
        }
        return Failure.of(
                FailureReason.GroupMemberFailed,
                "Pod "
                        + Objects.requireNonNull(member.spec().getPod()).getName()
                        + " of the group (PodMigration "
                        + member.migration().getMetadata().getName()
                        + "): "
                        + failure.getReason()
                        + ": "
                        + failure.getMessage());
    }

    /** Its migration was there, had not ended, and is gone. */
    private boolean isLost(GroupMember member) {
        return member.getPhase() != null && !isFinal(member) && found(member).isEmpty();
    }

    private static Failure lost(GroupMember member) {
        return Failure.of(
                FailureReason.GroupMemberFailed,
                "PodMigration "
                        + member.getMigrationName()
                        + " of pod "
                        + member.getPodName()
                        + " was deleted by somebody.");
    }

    private static boolean isFinal(GroupMember member) {
        return member.getPhase() != null && member.getPhase().isFinal();
    }

    private Optional<Observation> found(GroupMember member) {
        return seen.group().member(member.getMigrationName());
    }
}
