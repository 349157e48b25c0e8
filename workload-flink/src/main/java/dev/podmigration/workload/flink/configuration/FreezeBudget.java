package dev.podmigration.workload.flink.configuration;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.workload.flink.detect.FlinkRole;
import dev.podmigration.workload.flink.rest.CheckpointSettings;
import dev.podmigration.workload.flink.rest.FlinkFailure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How long a process of Flink may be silent without a restart of its job.
 *
 * <p>What was measured with stopped processes on 1.20.5 and 2.3.0: up to 38 s with the default
 * heartbeat of 50 s and 10 s no restart, of a TaskManager and of a JobManager; at 49.8 s the job
 * restarts. With {@code heartbeat.timeout: 600000} none after 80 s. So the timeout counts, and the
 * last beat before the freeze may be one interval old.
 *
 * @param longest never negative; zero: no freeze is short enough
 * @param quiet within it not even a checkpoint fails that is triggered meanwhile: its request to
 *     the silent process waits for the ask timeout, and what fails by that is not counted against
 *     the job (CheckpointFailureManager)
 * @param derivation whole sentences
 */
public record FreezeBudget(Duration longest, Duration quiet, String derivation) {

    /** A limit, and the words for it. */
    private record Bound(Duration longest, String words) {}

    /**
     * What a running configuration allows.
     *
     * @param checkpoints empty: the job takes none
     */
    public static FreezeBudget of(
            RunningConfiguration configuration,
            FlinkRole role,
            Optional<CheckpointSettings> checkpoints) {
        List<Bound> bounds = new ArrayList<>();
        bounds.add(heartbeat(configuration));
        checkpoints.ifPresent(settings -> bounds.add(checkpointTimeout(settings)));
        leadership(configuration, role).ifPresent(bounds::add);
        Bound tightest = bounds.stream().min(Comparator.comparing(Bound::longest)).orElseThrow();
        Duration quiet =
                tightest.longest().compareTo(configuration.askTimeout()) < 0
                        ? tightest.longest()
                        : configuration.askTimeout();
        return new FreezeBudget(
                tightest.longest(),
                quiet,
                bounds.stream().map(Bound::words).collect(Collectors.joining(" "))
                        + " The smallest counts: "
                        + FlinkDuration.words(tightest.longest())
                        + ". In a freeze of more than pekko.ask.timeout, "
                        + FlinkDuration.words(configuration.askTimeout())
                        + ", a checkpoint that is triggered meanwhile fails; the job runs on.");
    }

    /** A configuration with which no freeze can be short enough is refused before anything else. */
    public void check() throws FlinkFailure {
        if (longest.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new FlinkFailure(
                    FailureReason.FlinkHeartbeatTooShort,
                    "Flink bears no freeze of a second. " + derivation);
        }
    }

    private static Bound heartbeat(RunningConfiguration configuration) {
        Duration timeout = configuration.heartbeatTimeout();
        Duration interval = configuration.heartbeatInterval();
        Duration longest = notNegative(timeout.minus(interval));
        return new Bound(
                longest,
                "heartbeat.timeout is "
                        + FlinkDuration.words(timeout)
                        + " and the last beat may be one heartbeat.interval old, "
                        + FlinkDuration.words(interval)
                        + ": "
                        + FlinkDuration.words(longest)
                        + ".");
    }

    /** One that expires counts against the job, unlike one that cannot be triggered. */
    private static Bound checkpointTimeout(CheckpointSettings settings) {
        return new Bound(
                settings.timeout(),
                "A checkpoint expires after "
                        + FlinkDuration.words(settings.timeout())
                        + " and the job tolerates "
                        + settings.tolerableFailures()
                        + " of that kind.");
    }

    /**
     * Not measured; from the sources. A ZooKeeper client gives its connection up when it has heard
     * nothing for two thirds of the session, and may have heard the last thing a third before
     * (ClientCnxn): the TaskManagers are clients, too. A leader of Kubernetes has to renew its
     * lease, and did so at most one retry period before the freeze; only JobManagers lead.
     */
    private static Optional<Bound> leadership(RunningConfiguration configuration, FlinkRole role) {
        return switch (configuration.highAvailability()) {
            case "zookeeper" -> {
                Duration longest = configuration.zooKeeperSession().dividedBy(3);
                yield Optional.of(
                        new Bound(
                                longest,
                                "A session of ZooKeeper ends after "
                                        + FlinkDuration.words(configuration.zooKeeperSession())
                                        + ", of which a third is safe: "
                                        + FlinkDuration.words(longest)
                                        + "."));
            }
            case "kubernetes",
                    "org.apache.flink.kubernetes.highavailability.kuberneteshaservicesfactory" ->
                    role == FlinkRole.TaskManager
                            ? Optional.empty()
                            : Optional.of(lease(configuration));
            default -> Optional.empty();
        };
    }

    private static Bound lease(RunningConfiguration configuration) {
        Duration longest =
                notNegative(
                        configuration
                                .kubernetesLease()
                                .minus(configuration.kubernetesLeaseRetry()));
        return new Bound(
                longest,
                "The JobManager's lease ends after "
                        + FlinkDuration.words(configuration.kubernetesLease())
                        + " and may have been renewed "
                        + FlinkDuration.words(configuration.kubernetesLeaseRetry())
                        + " before: "
                        + FlinkDuration.words(longest)
                        + ".");
    }

    private static Duration notNegative(Duration duration) {
        return duration.isNegative() ? Duration.ZERO : duration;
    }
}
