package dev.podmigration.workload.flink.configuration;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a running JobManager was configured with. What was left out has the default, which is the
 * same in 1.20.5 and 2.3.0 for every key that is read here (HeartbeatManagerOptions, RpcOptions,
 * HighAvailabilityOptions of both).
 *
 * @param values as the JobManager's REST API gives them
 * @param flinkVersion for example 1.20.5
 */
public record RunningConfiguration(Map<String, String> values, String flinkVersion) {

    public RunningConfiguration {
        values = Map.copyOf(values);
    }

    /** The first of the names that has a value: the others are older names of the same key. */
    public Optional<String> value(String... names) {
        for (String name : names) {
            String found = values.get(name);
            if (found != null && !found.isBlank()) {
                return Optional.of(found.strip());
            }
        }
        return Optional.empty();
    }

    /** Flink itself does not start with a duration that it cannot read. */
    Duration duration(Duration otherwise, String... names) {
        return value(names).flatMap(FlinkDuration::parse).orElse(otherwise);
    }

    /** 1 of 1.20.5; 0 if the version is not one. */
    int majorVersion() {
        int dot = flinkVersion.indexOf('.');
        String major = dot < 0 ? flinkVersion : flinkVersion.substring(0, dot);
        return major.matches("[0-9]{1,3}") ? Integer.parseInt(major) : 0;
    }

    Duration heartbeatTimeout() {
        return duration(Duration.ofSeconds(50), "heartbeat.timeout");
    }

    Duration heartbeatInterval() {
        return duration(Duration.ofSeconds(10), "heartbeat.interval");
    }

    Duration askTimeout() {
        return duration(Duration.ofSeconds(10), "pekko.ask.timeout", "akka.ask.timeout");
    }

    /** How stale checkpoint statistics may be. */
    public Duration checkpointStatisticsCache() {
        return duration(
                Duration.ofSeconds(3),
                "rest.cache.checkpoint-statistics.timeout",
                "web.refresh-interval");
    }

    /** {@code none}, {@code zookeeper}, {@code kubernetes}, or the name of a class. */
    String highAvailability() {
        return value("high-availability.type", "high-availability", "recovery.mode")
                .map(name -> name.toLowerCase(Locale.ROOT))
                .orElse("none");
    }

    Duration zooKeeperSession() {
        return duration(
                Duration.ofSeconds(60),
                "high-availability.zookeeper.client.session-timeout",
                "recovery.zookeeper.client.session-timeout");
    }

    Duration kubernetesLease() {
        return duration(
                Duration.ofSeconds(15),
                "high-availability.kubernetes.leader-election.lease-duration");
    }

    Duration kubernetesLeaseRetry() {
        return duration(
                Duration.ofSeconds(5), "high-availability.kubernetes.leader-election.retry-period");
    }

    /** Where savepoints go when nothing else is said. */
    public Optional<String> savepointDirectory() {
        return value(
                "execution.checkpointing.savepoint-dir",
                "state.savepoints.dir",
                "state.backend.fs.savepointdir",
                "savepoints.state.backend.fs.dir");
    }
}
