package dev.podmigration.operator.target;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.operator.observe.PodState;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;

import java.util.Optional;
import java.util.Set;

/** What keeps a target pod from reaching its launcher, read from its status. */
public final class TargetProblem {

    private static final Set<String> IMAGE_REASONS =
            Set.of(
                    "ErrImagePull",
                    "ImagePullBackOff",
                    "ErrImageNeverPull",
                    "InvalidImageName",
                    "ImageInspectError");

    private TargetProblem() {}

    /** A problem that time alone will not cure. */
    public static Optional<Failure> of(Pod target) {
        if (PodState.hasEnded(target)) {
            return Optional.of(ended(target));
        }
        return target.getStatus() == null
                ? Optional.empty()
                : target.getStatus().getContainerStatuses().stream()
                        .flatMap(container -> image(container).stream())
                        .findFirst();
    }

    /** Why the scheduler finds no place; it may find one a moment later. */
    public static Optional<Failure> unschedulable(Pod target) {
        return PodState.condition(target, "PodScheduled")
                .filter(scheduled -> "False".equals(scheduled.getStatus()))
                .map(
                        scheduled -> {
                            String message = String.valueOf(scheduled.getMessage());
                            return Failure.of(
                                    message.contains("Insufficient memory")
                                            ? FailureReason.TargetMemoryTooSmall
                                            : FailureReason.TargetUnschedulable,
                                    "Pod "
                                            + target.getMetadata().getName()
                                            + " cannot be scheduled: "
                                            + message);
                        });
    }

    private static Failure ended(Pod target) {
        // The kubelet's own admission refuses a pod that the scheduler let through: OutOfmemory,
        // OutOfcpu, ...
        String reason = String.valueOf(target.getStatus().getReason());
        String message =
                "Pod "
                        + target.getMetadata().getName()
                        + " ended before it was restored: "
                        + reason
                        + " "
                        + Optional.ofNullable(target.getStatus().getMessage()).orElse("");
        return Failure.of(
                switch (reason) {
                    case "OutOfmemory" -> FailureReason.TargetMemoryTooSmall;
                    case "Evicted" -> FailureReason.TargetFull;
                    default ->
                            reason.startsWith("OutOf") || reason.endsWith("Affinity")
                                    ? FailureReason.TargetUnschedulable
                                    : FailureReason.RestoreFailed;
                },
                message.strip());
    }

    private static Optional<Failure> image(ContainerStatus container) {
        return Optional.ofNullable(container.getState())
                .map(ContainerState::getWaiting)
                .filter(waiting -> IMAGE_REASONS.contains(waiting.getReason()))
                .map(
                        waiting ->
                                Failure.of(
                                        FailureReason.ImageMissing,
                                        imageMessage(container, waiting)));
    }

    private static String imageMessage(ContainerStatus container, ContainerStateWaiting waiting) {
        return "Image "
                + container.getImage()
                + " of container "
                + container.getName()
                + ": "
                + waiting.getReason()
                + Optional.ofNullable(waiting.getMessage())
                        .map(message -> ", " + message)
                        .orElse("");
    }
}
