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
        if (policy.isPresent() && !seen.spec().isDryRun() && Policies.isFull(policy.get(), seen)) {
            return Decision.waitFor(
                    "other migrations: MigrationPolicy "
                            + status.getPolicy()
                            + " lets "
                            + policy.get().getSpec().getMaxParallel()
                            + " go on at the same time",
                    seen.now().plus(NEXT_LOOK));
        }
        policy.ifPresent(
                found -> status.setLimits(Policies.limits(seen.spec().getLimits(), found)));
        String half = TargetName.ofHalf(metadata.getName(), metadata.getUid());
        status.setStartTime(Timestamps.format(seen.now()));
        status.setCheckpointName(half);
        status.setRestoreName(half);
        return new Decision.Enter(PodMigrationPhase.Preflight);
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
