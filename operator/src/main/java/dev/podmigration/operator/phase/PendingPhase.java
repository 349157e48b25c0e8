package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.MigrationPolicy;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.policy.Policies;
import dev.podmigration.operator.target.TargetName;

import io.fabric8.kubernetes.api.model.ObjectMeta;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Gives the migration its policy, its start time and the names of its two halves. It waits here
 * while as many migrations go on as its policy allows: its time limits begin when it begins.
 */
final class PendingPhase implements PhaseHandler {

    /** Others end without an event for this one. */
    private static final Duration NEXT_LOOK = Duration.ofSeconds(5);

    @Override
    public Decision next(Observation seen) {
        PodMigrationStatus status = seen.status();
        ObjectMeta metadata = seen.migration().getMetadata();
        Optional<MigrationPolicy> policy = policy(seen);
        status.setPolicy(policy.map(found -> found.getMetadata().getName()).orElse(null));
        // A group has waited before it made its members.
        Optional<Decision> full =
                seen.isMember() ? Optional.empty() : waitForRoom(policy.stream().toList(), seen);
        if (full.isPresent()) {
            return full.get();
        }
        policy.ifPresent(
                found -> status.setLimits(Policies.limits(seen.spec().getLimits(), found)));
        // Members have to name each other's halves before these exist.
        String half =
                seen.isMember()
                        ? metadata.getName()
                        : TargetName.ofHalf(metadata.getName(), metadata.getUid());
        status.setStartTime(Timestamps.format(seen.now()));
        status.setCheckpointName(half);
        status.setRestoreName(half);
        return new Decision.Enter(PodMigrationPhase.Preflight);
    }

    /** While as many others go on as one of these policies allows. */
    static Optional<Decision> waitForRoom(List<MigrationPolicy> policies, Observation seen) {
        return policies.stream()
                .filter(_ -> !seen.spec().isDryRun())
                .filter(policy -> Policies.isFull(policy, seen))
                .findFirst()
                .map(
                        policy ->
                                Decision.waitFor(
                                        "other migrations: MigrationPolicy "
                                                + policy.getMetadata().getName()
                                                + " lets "
                                                + policy.getSpec().getMaxParallel()
                                                + " go on at the same time",
                                        seen.now().plus(NEXT_LOOK)));
    }

    private static Optional<MigrationPolicy> policy(Observation seen) {
        return seen.source()
                .flatMap(
                        pod ->
                                Policies.governing(
                                        pod.getMetadata().getLabels(),
                                        seen.cluster().policies(pod.getMetadata().getNamespace())));
    }
}
