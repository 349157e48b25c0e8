package dev.podmigration.operator.forecast;

import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodNameMode;
import dev.podmigration.api.v1alpha1.Timestamps;

import java.time.Instant;
import java.util.Optional;

/**
 * What one finished migration has shown.
 *
 * @param migration its uid
 * @param source node
 * @param target node
 * @param containers that were saved one after another
 * @param bytes of memory that moved
 * @param milliseconds for which neither copy answered
 */
record FreezeSample(
        String migration,
        Instant ended,
        String source,
        String target,
        int containers,
        long bytes,
        long milliseconds) {

    FreezeSample {
        if (containers < 1 || bytes < 0 || milliseconds < 1) {
            throw new IllegalArgumentException(
                    containers + " containers, " + bytes + " B, " + milliseconds + " ms");
        }
    }

    double mebibytes() {
        return bytes / FreezeModel.MEBIBYTE;
    }

    /**
     * Empty for one that did not succeed, whose pod has kept its name, or that waited for the
     * others of its group: the length of its freeze was decided by something else than its size.
     */
    static Optional<FreezeSample> of(PodMigration migration) {
        PodMigrationStatus status = migration.getStatus();
        boolean complete =
                status != null
                        && status.getPhase() == PodMigrationPhase.Succeeded
                        && migration.getSpec().getTarget().getPodName() != PodNameMode.Keep
                        && migration.getSpec().getGroup() == null
                        && status.getCompletionTime() != null
                        && status.getSource() != null
                        && status.getSource().getNodeName() != null
                        && status.getTarget() != null
                        && status.getTarget().getNodeName() != null
                        && !status.getContainers().isEmpty()
                        && status.getBytes() != null
                        && status.getBytes().getMemory() != null
                        && status.getFreeze() != null
                        && status.getFreeze().getMilliseconds() != null
                        && status.getFreeze().getMilliseconds() > 0;
        return complete
                ? Optional.of(
                        new FreezeSample(
                                migration.getMetadata().getUid(),
                                Timestamps.parse(status.getCompletionTime()),
                                status.getSource().getNodeName(),
                                status.getTarget().getNodeName(),
                                status.getContainers().size(),
                                status.getBytes().getMemory(),
                                status.getFreeze().getMilliseconds()))
                : Optional.empty();
    }
}
