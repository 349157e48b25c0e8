package dev.podmigration.operator.status;

import dev.podmigration.api.v1alpha1.ByteCounts;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.Freeze;
import dev.podmigration.api.v1alpha1.GroupMember;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodPlace;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.operator.observe.Observation;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What the members of a group say, in the status of the migration that moves the group. What was
 * seen once stays when a member goes.
 */
final class GroupFacts {

    private GroupFacts() {}

    static void note(Observation seen) {
        PodMigrationStatus status = seen.status();
        status.setMembers(
                status.getMembers().stream().map(member -> member(member, seen)).toList());
        List<PodMigrationStatus> members =
                seen.group().members().stream().map(Observation::status).toList();
        if (members.size() < status.getMembers().size()) {
            return;
        }
        target(members).ifPresent(status::setTarget);
        freeze(members, status.getFreeze()).ifPresent(status::setFreeze);
        bytes(members, PodMigrationStatus::getBytesToMove).ifPresent(status::setBytesToMove);
        bytes(members, PodMigrationStatus::getBytes).ifPresent(status::setBytes);
    }

    private static GroupMember member(GroupMember known, Observation seen) {
        return seen.group()
                .member(known.getMigrationName())
                .map(one -> member(known, one.status()))
                .orElse(known);
    }

    private static GroupMember member(GroupMember known, PodMigrationStatus status) {
        GroupMember member = new GroupMember();
        member.setPodName(known.getPodName());
        member.setMigrationName(known.getMigrationName());
        member.setPhase(status.getPhase());
        member.setTarget(status.getTarget());
        member.setFreezeMilliseconds(
                Optional.ofNullable(status.getFreeze()).map(Freeze::getMilliseconds).orElse(null));
        member.setReason(
                Optional.ofNullable(status.getFailure()).map(Failure::getReason).orElse(null));
        return member;
    }

    /** Where all of them go, if that is one node. */
    private static Optional<PodPlace> target(List<PodMigrationStatus> members) {
        List<Optional<String>> nodes =
                members.stream()
                        .map(
                                status ->
                                        Optional.ofNullable(status.getTarget())
                                                .map(PodPlace::getNodeName))
                        .distinct()
                        .toList();
        if (nodes.size() != 1 || nodes.getFirst().isEmpty()) {
            return Optional.empty();
        }
        PodPlace place = new PodPlace();
        place.setNodeName(nodes.getFirst().get());
        return Optional.of(place);
    }

    /** From when the first was silent until the last was heard again. */
    private static Optional<Freeze> freeze(
            List<PodMigrationStatus> members, @Nullable Freeze known) {
        Optional<Instant> start = times(members, Freeze::getStart).min(Instant::compareTo);
        if (start.isEmpty()) {
            return Optional.empty();
        }
        Freeze freeze = new Freeze();
        freeze.setPredictedMilliseconds(known == null ? null : known.getPredictedMilliseconds());
        freeze.setStart(Timestamps.format(start.get()));
        if (times(members, Freeze::getEnd).count() == members.size()) {
            Instant end = times(members, Freeze::getEnd).max(Instant::compareTo).orElseThrow();
            freeze.setEnd(Timestamps.format(end));
            freeze.setMilliseconds(Math.max(0, Duration.between(start.get(), end).toMillis()));
        }
        return Optional.of(freeze);
    }

    private static Stream<Instant> times(
            List<PodMigrationStatus> members, Function<Freeze, @Nullable String> time) {
        return members.stream()
                .map(PodMigrationStatus::getFreeze)
                .filter(Objects::nonNull)
                .map(time)
                .filter(Objects::nonNull)
                .map(Timestamps::parse);
    }

    private static Optional<ByteCounts> bytes(
            List<PodMigrationStatus> members,
            Function<PodMigrationStatus, @Nullable ByteCounts> part) {
        List<ByteCounts> counts = members.stream().map(part).filter(Objects::nonNull).toList();
        if (counts.isEmpty()) {
            return Optional.empty();
        }
        ByteCounts sum = new ByteCounts();
        sum.setMemory(sum(counts, ByteCounts::getMemory));
        sum.setFiles(sum(counts, ByteCounts::getFiles));
        return Optional.of(sum);
    }

    private static @Nullable Long sum(
            List<ByteCounts> counts, Function<ByteCounts, @Nullable Long> kind) {
        return counts.stream().map(kind).filter(Objects::nonNull).reduce(Long::sum).orElse(null);
    }
}
