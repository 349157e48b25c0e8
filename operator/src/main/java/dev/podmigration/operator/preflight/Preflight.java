package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.AddressMode;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.PodCheckpointStatus;
import dev.podmigration.operator.forecast.FreezeForecast;
import dev.podmigration.operator.observe.Observation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** All checks, always all of them: a person wants to repair everything at once. */
public final class Preflight {

    /** Name of the check that says how long the freeze will be. */
    public static final String FREEZE = "Freeze";

    /** Said, because people ask: it decides the length where memory is copied before the freeze. */
    private static final String DIRTY_RATE =
            "All of the memory moves while the pod is stopped, so how fast the pod changes it does"
                    + " not count.";

    private static final String POD = "Pod";

    private final List<Check> checks;

    public Preflight(NodeFitness fitness) {
        checks =
                List.of(
                        new PodCheck(),
                        new OtherMigrationCheck(),
                        new OwnerCheck(),
                        new PodNameCheck(),
                        new HostNamespaceCheck(),
                        new DeviceCheck(),
                        new VolumeCheck(),
                        new SourceNodeCheck(fitness),
                        new TargetNodes(fitness),
                        new AddressCheck(),
                        new OptionCheck());
    }

    /** The checks that need no agent. */
    public List<Finding> look(Observation seen) {
        return seen.source()
                .map(
                        source ->
                                checks.stream()
                                        .flatMap(check -> check.look(source, seen).stream())
                                        .toList())
                .orElseGet(
                        () ->
                                List.of(
                                        Finding.refused(
                                                POD,
                                                FailureReason.PodNotFound,
                                                "There is no pod "
                                                        + seen.spec().getPod().getName()
                                                        + " in namespace "
                                                        + seen.migration()
                                                                .getMetadata()
                                                                .getNamespace()
                                                        + ".")));
    }

    /** What the agent of the source node found inside the pod, and what follows from it. */
    public List<Finding> inspected(
            Observation seen, PodCheckpointStatus inspection, FreezeForecast forecast) {
        List<Finding> findings = new ArrayList<>(inspection.getFindings());
        findings.addAll(openConnections(seen, inspection));
        findings.add(freeze(seen, forecast));
        seen.source()
                .map(
                        source ->
                                ProbePatience.look(
                                        source, Duration.ofMillis(forecast.milliseconds())))
                .ifPresent(findings::addAll);
        return findings;
    }

    /** Never a refusal: it may be wrong, and a freeze that takes too long is rolled back. */
    private static Finding freeze(Observation seen, FreezeForecast forecast) {
        int limit = seen.limits().getFreezeSeconds();
        String derivation = forecast.derivation() + " " + DIRTY_RATE;
        return forecast.milliseconds() <= TimeUnit.SECONDS.toMillis(limit)
                ? Finding.passed(FREEZE, derivation)
                : Finding.warning(
                        FREEZE,
                        FailureReason.FreezeLimitExceeded,
                        derivation
                                + " That is more than limits.freezeSeconds, "
                                + limit
                                + " s: it would be rolled back.");
    }

    /** What speaks against moving the pod by whatever strategy. */
    private static final Set<FailureReason> GENERAL =
            EnumSet.of(
                    FailureReason.PodNotFound,
                    FailureReason.PodNotRunning,
                    FailureReason.PodBeingDeleted,
                    FailureReason.PodMoved,
                    FailureReason.AlreadyMigrating,
                    FailureReason.NodeNotFound,
                    FailureReason.NodeNotReady,
                    FailureReason.NodeCordoned,
                    FailureReason.SameNode,
                    FailureReason.NotPermitted);

    /** There is a refusal that no strategy can get around. */
    public static boolean isRefusedAltogether(List<Finding> findings) {
        return Refusals.of(findings).stream()
                .anyMatch(finding -> GENERAL.contains(finding.getReason()));
    }

    /** The first refusal decides the reason; the message names all. */
    public static Optional<Failure> refusal(List<Finding> findings) {
        List<Finding> refused = Refusals.of(findings);
        if (refused.isEmpty()) {
            return Optional.empty();
        }
        FailureReason reason =
                Optional.ofNullable(refused.getFirst().getReason())
                        .orElse(FailureReason.InternalError);
        Failure failure =
                Failure.of(
                        reason,
                        refused.stream().map(Finding::getMessage).collect(Collectors.joining(" ")));
        if (refused.getFirst().getRemedy() != null) {
            failure.setRemedy(refused.getFirst().getRemedy());
        }
        return Optional.of(failure);
    }

    private static List<Finding> openConnections(Observation seen, PodCheckpointStatus inspection) {
        int open =
                inspection.getContainers().stream()
                        .map(InspectedContainer::getEstablishedConnections)
                        .mapToInt(connections -> connections == null ? 0 : connections)
                        .sum();
        boolean off = Boolean.FALSE.equals(seen.spec().getCheckpoint().getTcpEstablished());
        return off && open > 0 && seen.spec().getNetwork().getAddress() != AddressMode.New
                ? List.of(
                        Finding.warning(
                                "Connections",
                                FailureReason.ConnectedTcpSocket,
                                "checkpoint.tcpEstablished is false and the pod has "
                                        + open
                                        + " established TCP connections: the dump will fail unless"
                                        + " they are closed by then."))
                : List.of();
    }
}
