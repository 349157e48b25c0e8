package dev.podmigration.operator.settings;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What can be set from outside, by option or by environment variable. Picocli fills the fields; a
 * value it cannot read ends the program with a message.
 */
public final class Settings {

    @Option(
            names = "--namespace",
            defaultValue = "${env:OPERATOR_NAMESPACE:-podmigration-system}",
            description =
                    "Namespace of the operator and of the agents (OPERATOR_NAMESPACE;"
                            + " ${DEFAULT-VALUE}).")
    private String namespace = "";

    @Option(
            names = "--pod-name",
            defaultValue = "${env:POD_NAME}",
            description = "Identity in the leader election (POD_NAME; a random one).")
    private @Nullable String podName;

    @Option(
            names = "--agent-service-account",
            defaultValue = "${env:AGENT_SERVICE_ACCOUNT:-podmigration-agent}",
            description =
                    "The only account whose certificate requests are signed (AGENT_SERVICE_ACCOUNT;"
                            + " ${DEFAULT-VALUE}).")
    private String agentServiceAccount = "";

    @Option(
            names = "--watch-namespaces",
            split = ",",
            defaultValue = "${env:WATCH_NAMESPACES:-}",
            description = "Namespaces whose PodMigrations are served (WATCH_NAMESPACES; all).")
    private List<String> watchNamespaces = List.of();

    @Option(
            names = "--leader-election",
            arity = "1",
            defaultValue = "${env:LEADER_ELECTION:-true}",
            description =
                    "Work only while holding the Lease podmigration-operator (LEADER_ELECTION;"
                            + " ${DEFAULT-VALUE}).")
    private boolean leaderElection = true;

    @Option(
            names = "--health-port",
            defaultValue = "${env:HEALTH_PORT:-8080}",
            description = "Port of /livez, /readyz and /metrics (HEALTH_PORT; ${DEFAULT-VALUE}).")
    private int healthPort = 8080;

    @Option(
            names = "--heartbeat-limit",
            defaultValue = "${env:HEARTBEAT_LIMIT:-PT90S}",
            description =
                    "Age of an agent's last report from which on it counts as silent, ISO 8601"
                            + " (HEARTBEAT_LIMIT; ${DEFAULT-VALUE}).")
    private Duration heartbeat = TimeLimits.DEFAULT.heartbeat();

    @Option(
            names = "--ttl-seconds-after-finished",
            defaultValue = "${env:TTL_SECONDS_AFTER_FINISHED:--1}",
            description =
                    "How long PodMigrations that have ended are kept, unless they say so"
                            + " themselves; less than 0: for ever (TTL_SECONDS_AFTER_FINISHED;"
                            + " ${DEFAULT-VALUE}).")
    private long ttlSecondsAfterFinished = -1;

    @Option(
            names = "--plugin-directory",
            defaultValue = "${env:PLUGIN_DIRECTORY:-/plugins}",
            description =
                    "Directory whose jars are plugins for kinds of programs; it need not exist"
                            + " (PLUGIN_DIRECTORY; ${DEFAULT-VALUE}).")
    private Path pluginDirectory = Path.of("/plugins");

    public String namespace() {
        return namespace;
    }

    public @Nullable String podName() {
        return podName == null || podName.isBlank() ? null : podName;
    }

    /** User name of the agents' service account. */
    public String agentUser() {
        return "system:serviceaccount:" + namespace + ":" + agentServiceAccount;
    }

    /** Empty: all. */
    public Set<String> watchNamespaces() {
        return Set.copyOf(
                watchNamespaces.stream()
                        .filter(Objects::nonNull)
                        .filter(name -> !name.isBlank())
                        .toList());
    }

    /** How long PodMigrations that have ended are kept; empty: for ever. */
    public Optional<Duration> retention() {
        return Optional.of(Duration.ofSeconds(ttlSecondsAfterFinished))
                .filter(time -> !time.isNegative());
    }

    public boolean isLeaderElection() {
        return leaderElection;
    }

    public int healthPort() {
        return healthPort;
    }

    public Path pluginDirectory() {
        return pluginDirectory;
    }

    public TimeLimits limits() {
        return TimeLimits.DEFAULT.withHeartbeat(heartbeat);
    }
}
