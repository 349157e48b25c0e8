package dev.podmigration.workload.flink.configuration;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.workload.flink.detect.FlinkRole;
import dev.podmigration.workload.flink.rest.TaskManagerInfo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What would make the next move of this cluster easier: exact keys and values. Never a refusal, and
 * none that the running configuration follows already. docs/flink.md says where each comes from.
 *
 * @param key of Flink's configuration
 * @param value what to set it to
 * @param why one clause
 */
public record ConfigurationAdvice(String key, String value, String why) {

    /** Name of the check among the findings. */
    public static final String CHECK = "FlinkConfiguration";

    private static final String NO_NATIVE =
            "-Dorg.apache.flink.shaded.netty4.io.netty.transport.noNative=true";

    /** Netty unpacks a library, maps it and deletes the file: a dump with a ghost file more. */
    private static final String NATIVE_LIBRARY =
            "Netty otherwise maps a native library whose file it has deleted, so that every dump"
                    + " has to carry the file";

    private static final String G1 = "-XX:+UseG1GC";
    private static final Pattern OTHER_COLLECTOR = Pattern.compile("-XX:\\+Use(?!G1)\\w*GC\\b");

    /** The last one of an option counts, and Flink's own come first. */
    private static final String SMALL_HEAP = "-Xms64m";

    private static final String DNS_TTL = "sun.net.inetaddr.ttl";

    /** A freeze that takes twice as long as expected should still not cost a restart. */
    private static final int ROOM = 2;

    /**
     * What to ask for.
     *
     * @param role what the pod is that moves
     * @param taskManagers all of the cluster
     * @param newAddress the pod will have another address
     * @param expectedFreeze empty: not known yet
     */
    public record Circumstances(
            FlinkRole role,
            List<TaskManagerInfo> taskManagers,
            boolean newAddress,
            Optional<Duration> expectedFreeze) {

        public Circumstances {
            taskManagers = List.copyOf(taskManagers);
        }
    }

    public static List<ConfigurationAdvice> of(
            RunningConfiguration configuration, Circumstances circumstances) {
        List<ConfigurationAdvice> advice = new ArrayList<>();
        transport(configuration, advice);
        jvm(configuration, circumstances, advice);
        heartbeat(configuration, circumstances, advice);
        ports(configuration, circumstances, advice);
        if (circumstances.newAddress()) {
            names(configuration, circumstances, advice);
            listening(configuration, circumstances, advice);
        }
        statistics(configuration, advice);
        return advice;
    }

    public Finding finding() {
        return Finding.warning(
                CHECK,
                FailureReason.FlinkConfiguration,
                "Set %s: %s, because %s.".formatted(key, value, why));
    }

    /** With {@link #NO_NATIVE}: which of the two a version of Flink knows. */
    private static void transport(
            RunningConfiguration configuration, List<ConfigurationAdvice> advice) {
        if (configuration.majorVersion() < 2
                && !configuration
                        .value("taskmanager.network.netty.transport")
                        .filter("nio"::equalsIgnoreCase)
                        .isPresent()) {
            advice.add(
                    new ConfigurationAdvice(
                            "taskmanager.network.netty.transport", "nio", NATIVE_LIBRARY));
        }
    }

    /** Options of the JVM are one value: what it has already stays in it. */
    private static void jvm(
            RunningConfiguration configuration,
            Circumstances circumstances,
            List<ConfigurationAdvice> advice) {
        FlinkRole role = circumstances.role();
        String all = jvmOptions(configuration, role);
        List<String> value = new ArrayList<>();
        List<String> whys = new ArrayList<>();
        configuration.value(jvmOptionsKey(role)).map(String::strip).ifPresent(value::add);
        if (configuration.majorVersion() >= 2 && !all.contains("transport.noNative=true")) {
            value.add(NO_NATIVE);
            whys.add(NATIVE_LIBRARY);
        }
        boolean hasG1 = all.contains(G1);
        boolean hasSize = all.contains("-Xms");
        // A JVM that is told two collectors does not start.
        if ((!hasG1 || !hasSize) && !OTHER_COLLECTOR.matcher(all).find()) {
            if (!hasG1) {
                value.add(G1);
            }
            if (!hasSize) {
                value.add(SMALL_HEAP);
            }
            whys.add(
                    "Flink otherwise fixes the heap at its greatest size, and all that was ever"
                            + " used of it has to move");
        }
        if (circumstances.newAddress() && !all.contains(DNS_TTL)) {
            value.add("-D" + DNS_TTL + "=1");
            whys.add("the JVM otherwise remembers for 30 seconds where a name led");
        }
        if (!whys.isEmpty()) {
            advice.add(
                    new ConfigurationAdvice(
                            jvmOptionsKey(role),
                            String.join(" ", value),
                            String.join(", and ", whys)));
        }
    }

    private static void heartbeat(
            RunningConfiguration configuration,
            Circumstances circumstances,
            List<ConfigurationAdvice> advice) {
        Duration timeout = configuration.heartbeatTimeout();
        circumstances
                .expectedFreeze()
                .map(freeze -> freeze.plus(configuration.heartbeatInterval()).multipliedBy(ROOM))
                .filter(wanted -> timeout.compareTo(wanted) < 0)
                .ifPresent(
                        wanted ->
                                advice.add(
                                        new ConfigurationAdvice(
                                                "heartbeat.timeout",
                                                Long.toString(wanted.toMillis()),
                                                "it is "
                                                        + FlinkDuration.words(timeout)
                                                        + " and should be twice what a move may"
                                                        + " take")));
        String threshold = configuration.value("heartbeat.rpc-failure-threshold").orElse("2");
        if (!threshold.equals("-1")) {
            advice.add(
                    new ConfigurationAdvice(
                            "heartbeat.rpc-failure-threshold",
                            "-1",
                            "it is "
                                    + threshold
                                    + ": so many calls that fail while the pod moves count as its"
                                    + " death, however long heartbeat.timeout is"));
        }
    }

    /** What is chosen at random is another one after a restart: no policy can name it. */
    private static void ports(
            RunningConfiguration configuration,
            Circumstances circumstances,
            List<ConfigurationAdvice> advice) {
        String why = "a port chosen at random is another one whenever the process starts anew";
        List<ConfigurationAdvice> wanted =
                switch (circumstances.role()) {
                    case TaskManager ->
                            List.of(
                                    new ConfigurationAdvice("taskmanager.rpc.port", "6122", why),
                                    new ConfigurationAdvice("taskmanager.data.port", "6121", why));
                    case JobManager ->
                            List.of(new ConfigurationAdvice("blob.server.port", "6124", why));
                };
        wanted.stream().filter(one -> isRandom(configuration, one.key())).forEach(advice::add);
        if (isRandom(configuration, "metrics.internal.query-service.port")) {
            advice.add(new ConfigurationAdvice("metrics.internal.query-service.port", "6126", why));
        }
    }

    private static boolean isRandom(RunningConfiguration configuration, String key) {
        return configuration.value(key).orElse("0").equals("0");
    }

    private static void names(
            RunningConfiguration configuration,
            Circumstances circumstances,
            List<ConfigurationAdvice> advice) {
        boolean byAddress =
                circumstances.taskManagers().stream().anyMatch(one -> isAddress(one.host()));
        if (circumstances.role() == FlinkRole.TaskManager && byAddress) {
            advice.add(
                    new ConfigurationAdvice(
                            "taskmanager.host",
                            "a name in DNS that follows the pod",
                            "the TaskManager is known by an address that it will not have any"
                                    + " more"));
            if (!configuration
                    .value("taskmanager.network.bind-policy")
                    .filter("name"::equalsIgnoreCase)
                    .isPresent()) {
                advice.add(
                        new ConfigurationAdvice(
                                "taskmanager.network.bind-policy",
                                "name",
                                "a TaskManager that has no taskmanager.host then advertises its"
                                        + " name and not its address"));
            }
        }
        if (circumstances.role() == FlinkRole.JobManager
                && configuration
                        .value("jobmanager.rpc.address")
                        .filter(ConfigurationAdvice::isAddress)
                        .isPresent()) {
            advice.add(
                    new ConfigurationAdvice(
                            "jobmanager.rpc.address",
                            "the name of a headless Service",
                            "TaskManagers could not find the JobManager at its new address"));
        }
    }

    /** A socket that is bound to the old address cannot be restored without it. */
    private static void listening(
            RunningConfiguration configuration,
            Circumstances circumstances,
            List<ConfigurationAdvice> advice) {
        String why = "a socket that listens on one address only cannot move to another one";
        List<String> keys =
                switch (circumstances.role()) {
                    case TaskManager -> List.of("taskmanager.bind-host");
                    case JobManager -> List.of("jobmanager.bind-host", "rest.bind-address");
                };
        keys.stream()
                .filter(
                        key ->
                                !configuration
                                        .value(key)
                                        .filter(host -> host.equals("0.0.0.0") || host.equals("::"))
                                        .isPresent())
                .forEach(key -> advice.add(new ConfigurationAdvice(key, "0.0.0.0", why)));
    }

    private static void statistics(
            RunningConfiguration configuration, List<ConfigurationAdvice> advice) {
        if (configuration.checkpointStatisticsCache().compareTo(Duration.ofMillis(500)) > 0) {
            advice.add(
                    new ConfigurationAdvice(
                            "rest.cache.checkpoint-statistics.timeout",
                            "100 ms",
                            "the pod is stopped between two checkpoints, and statistics are "
                                    + FlinkDuration.words(configuration.checkpointStatisticsCache())
                                    + " old"));
        }
    }

    /** Not that of all roles: its default holds what Flink needs to run on a modern JVM. */
    private static String jvmOptionsKey(FlinkRole role) {
        return switch (role) {
            case JobManager -> "env.java.opts.jobmanager";
            case TaskManager -> "env.java.opts.taskmanager";
        };
    }

    private static String jvmOptions(RunningConfiguration configuration, FlinkRole role) {
        return configuration.value("env.java.opts.all", "env.java.opts").orElse("")
                + " "
                + configuration.value(jvmOptionsKey(role)).orElse("");
    }

    static boolean isAddress(String host) {
        return host.matches("[0-9.]+") || host.contains(":");
    }
}
