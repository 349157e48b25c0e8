package dev.podmigration.operator.observe;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Quantity;

import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Questions about one pod. */
public final class PodState {

    private PodState() {}

    public static boolean isRunning(Pod pod) {
        List<ContainerStatus> containers =
                status(pod).map(PodStatus::getContainerStatuses).orElse(List.of());
        return "Running".equals(phase(pod))
                && containers.stream()
                        .allMatch(
                                container ->
                                        container.getState() != null
                                                && container.getState().getRunning() != null);
    }

    public static boolean hasEnded(Pod pod) {
        return "Succeeded".equals(phase(pod)) || "Failed".equals(phase(pod));
    }

    public static boolean isReady(Pod pod) {
        return condition(pod, "Ready")
                .filter(ready -> "True".equals(ready.getStatus()))
                .isPresent();
    }

    public static String phase(Pod pod) {
        return status(pod).map(PodStatus::getPhase).orElse("Unknown");
    }

    public static Optional<PodCondition> condition(Pod pod, String type) {
        return status(pod).stream()
                .flatMap(status -> status.getConditions().stream())
                .filter(condition -> type.equals(condition.getType()))
                .findFirst();
    }

    public static List<String> addresses(Pod pod) {
        return status(pod).stream()
                .flatMap(status -> status.getPodIPs().stream())
                .map(PodIP::getIp)
                .filter(Objects::nonNull)
                .toList();
    }

    public static Optional<OwnerReference> controller(Pod pod) {
        return pod.getMetadata().getOwnerReferences().stream()
                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                .findFirst();
    }

    /** Memory that the scheduler counts for the pod. Unit: bytes. */
    public static long requestedMemoryBytes(Pod pod) {
        Stream<Quantity> requests =
                pod.getSpec().getContainers().stream()
                        .filter(
                                container ->
                                        container.getResources() != null
                                                && container.getResources().getRequests() != null)
                        .map(container -> container.getResources().getRequests().get("memory"))
                        .filter(Objects::nonNull);
        return requests.map(Quantity::getNumericalAmount)
                .reduce(BigDecimal.ZERO, BigDecimal::add)
                .longValue();
    }

    private static Optional<PodStatus> status(Pod pod) {
        return Optional.ofNullable(pod.getStatus());
    }
}
