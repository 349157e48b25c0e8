package dev.podmigration.operator.status;

import dev.podmigration.api.v1alpha1.Freeze;
import dev.podmigration.api.v1alpha1.PodCheckpointStatus;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodPlace;
import dev.podmigration.api.v1alpha1.PodRestoreStatus;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.observe.PodState;
import dev.podmigration.operator.workload.MoveView;
import dev.podmigration.operator.workload.OptionPlan;
import dev.podmigration.operator.workload.Workloads;
import dev.podmigration.workload.Detection;

import io.fabric8.kubernetes.api.model.Pod;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Copies what pods and agents say into the status. What was seen once stays when its object goes.
 */
public final class Facts {

    private Facts() {}

    public static void note(Observation seen, Workloads workloads) {
        if (seen.isGroup()) {
            GroupFacts.note(seen);
            return;
        }
        PodMigrationStatus status = seen.status();
        if (seen.phase() == PodMigrationPhase.Pending) {
            seen.source().ifPresent(pod -> status.setSource(place(pod)));
        }
        seen.target().ifPresent(pod -> target(pod, status));
        seen.checkpointStatus().ifPresent(half -> note(half, seen, workloads));
        seen.restoreStatus().ifPresent(half -> note(half, status));
        steps(seen);
    }

    private static void note(PodCheckpointStatus half, Observation seen, Workloads workloads) {
        PodMigrationStatus status = seen.status();
        if (!half.getContainers().isEmpty()) {
            List<Detection> detected = workloads.detect(MoveView.toDetect(seen)).detections();
            status.setContainers(
                    half.getContainers().stream()
                            .map(
                                    container ->
                                            OptionPlan.of(
                                                    container,
                                                    seen.spec().getCheckpoint(),
                                                    detected))
                            .toList());
        }
        if (half.getFreeze() != null) {
            status.setFreeze(measured(half.getFreeze(), status.getFreeze()));
        }
        if (half.getBytesToMove() != null) {
            status.setBytesToMove(half.getBytesToMove());
        }
        if (half.getBytes() != null) {
            status.setBytes(half.getBytes());
        }
    }

    /** A new one: what the agent reports is an object of a cache. */
    private static Freeze measured(Freeze reported, @Nullable Freeze known) {
        Freeze freeze = new Freeze();
        freeze.setStart(reported.getStart());
        freeze.setEnd(reported.getEnd());
        freeze.setMilliseconds(reported.getMilliseconds());
        freeze.setPredictedMilliseconds(known == null ? null : known.getPredictedMilliseconds());
        return freeze;
    }

    /** A pod that keeps its name has its node before it exists, and before it is scheduled. */
    private static void target(Pod pod, PodMigrationStatus status) {
        String planned = status.getTarget() == null ? null : status.getTarget().getNodeName();
        PodPlace place = place(pod);
        if (place.getNodeName() == null) {
            place.setNodeName(planned);
        }
        status.setTarget(place);
        status.setPreparedPod(null);
    }

    private static void note(PodRestoreStatus half, PodMigrationStatus status) {
        if (!half.getAddresses().isEmpty()) {
            status.setAddressesKept(half.getAddresses());
        }
        Freeze freeze = status.getFreeze();
        if (freeze != null
                && freeze.getStart() != null
                && freeze.getEnd() == null
                && half.getResumedAt() != null) {
            status.setFreeze(ended(freeze, Instant.parse(half.getResumedAt())));
        }
    }

    /** The source has not waited for the target: by the clocks of the two nodes. */
    private static Freeze ended(Freeze seen, Instant end) {
        Freeze freeze = new Freeze();
        freeze.setStart(seen.getStart());
        freeze.setPredictedMilliseconds(seen.getPredictedMilliseconds());
        freeze.setEnd(Timestamps.format(end));
        Duration length = Duration.between(Timestamps.parse(seen.getStart()), end);
        freeze.setMilliseconds(Math.max(0, length.toMillis()));
        return freeze;
    }

    private static void steps(Observation seen) {
        seen.status()
                .setSteps(
                        FreezeSteps.merge(
                                seen.checkpointStatus()
                                        .map(PodCheckpointStatus::getSteps)
                                        .orElse(List.of()),
                                seen.restoreStatus()
                                        .map(PodRestoreStatus::getSteps)
                                        .orElse(List.of()),
                                seen.status().getSteps()));
    }

    private static PodPlace place(Pod pod) {
        PodPlace place = new PodPlace();
        place.setNodeName(pod.getSpec().getNodeName());
        place.setPodName(pod.getMetadata().getName());
        place.setPodUid(pod.getMetadata().getUid());
        place.setPodIp(PodState.addresses(pod).stream().findFirst().orElse(null));
        return place;
    }
}
