package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Probe;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether the kubelet's probes outlast the freeze. The kubelet of the source goes on probing a pod
 * that stands still; that of the target begins anew when the pod runs.
 */
final class ProbePatience {

    private static final String CHECK = "Probes";

    /** What the API server fills in, k8s.io/api/core/v1 of Kubernetes 1.36. */
    private static final int PERIOD_SECONDS = 10;

    private static final int TIMEOUT_SECONDS = 1;
    private static final int FAILURE_THRESHOLD = 3;

    private ProbePatience() {}

    /** What the kubelet does when a probe has failed too often. */
    private enum Kind {
        LIVENESS("liveness", "the kubelet would restart it, which undoes the migration"),
        READINESS(
                "readiness",
                "after a roll back it would be out of its Services until the probe succeeds");

        private final String text;
        private final String consequence;

        Kind(String text, String consequence) {
            this.text = text;
            this.consequence = consequence;
        }

        @Nullable Probe of(Container container) {
            return switch (this) {
                case LIVENESS -> container.getLivenessProbe();
                case READINESS -> container.getReadinessProbe();
            };
        }
    }

    /**
     * Compares every probe with the expected freeze.
     *
     * @param freeze as it is expected
     */
    static List<Finding> look(Pod source, Duration freeze) {
        List<Finding> impatient = new ArrayList<>();
        int probes = 0;
        for (Container container : containers(source)) {
            for (Kind kind : Kind.values()) {
                Probe probe = kind.of(container);
                if (probe != null) {
                    probes++;
                    finding(container, kind, probe, freeze).ifPresent(impatient::add);
                }
            }
        }
        if (!impatient.isEmpty()) {
            return impatient;
        }
        return List.of(
                Finding.passed(
                        CHECK,
                        probes == 0
                                ? "The pod has no liveness or readiness probe."
                                : "Every probe gives up later than the freeze is expected to"
                                        + " end."));
    }

    /** Ordinary init containers have ended. */
    private static List<Container> containers(Pod pod) {
        return Stream.concat(
                        pod.getSpec().getInitContainers().stream()
                                .filter(init -> "Always".equals(init.getRestartPolicy())),
                        pod.getSpec().getContainers().stream())
                .toList();
    }

    private static Optional<Finding> finding(
            Container container, Kind kind, Probe probe, Duration freeze) {
        int period = or(probe.getPeriodSeconds(), PERIOD_SECONDS);
        int timeout = or(probe.getTimeoutSeconds(), TIMEOUT_SECONDS);
        int threshold = or(probe.getFailureThreshold(), FAILURE_THRESHOLD);
        Duration patience = Duration.ofSeconds((threshold - 1L) * period + timeout);
        return freeze.compareTo(patience) <= 0
                ? Optional.empty()
                : Optional.of(
                        Finding.warning(
                                CHECK,
                                FailureReason.ProbeTooImpatient,
                                "The %s probe of container %s can give up after %d s (failureThreshold %d, periodSeconds %d, timeoutSeconds %d) and the freeze is expected to take %d ms: %s."
                                        .formatted(
                                                kind.text,
                                                container.getName(),
                                                patience.toSeconds(),
                                                threshold,
                                                period,
                                                timeout,
                                                freeze.toMillis(),
                                                kind.consequence)));
    }

    private static int or(@Nullable Integer given, int otherwise) {
        return given == null ? otherwise : given;
    }
}
