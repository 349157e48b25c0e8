package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.target.TargetName;

import io.fabric8.kubernetes.api.model.ObjectMeta;

/** Gives the migration its start time and the names of its two halves. */
final class PendingPhase implements PhaseHandler {

    @Override
    public Decision next(Observation seen) {
        PodMigrationStatus status = seen.status();
        ObjectMeta metadata = seen.migration().getMetadata();
        String half = TargetName.ofHalf(metadata.getName(), metadata.getUid());
        status.setStartTime(Timestamps.format(seen.now()));
        status.setCheckpointName(half);
        status.setRestoreName(half);
        return new Decision.Enter(PodMigrationPhase.Preflight);
    }
}
