package dev.podmigration.workload.flink.detect;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a process of Flink is started as. The names are the same in 1.20 and 2.3: main classes of
 * flink-runtime, flink-container and flink-kubernetes; words that the entrypoint of the official
 * image takes; the scripts that native mode calls.
 */
record EntryPoint(FlinkRole role, Optional<FlinkDeployedBy> deployedBy, Optional<FlinkMode> mode) {

    private static final String PREFIX = "org.apache.flink.";

    private static final Map<String, EntryPoint> MAIN_CLASSES =
            Map.of(
                    PREFIX + "runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                    jobManager(FlinkDeployedBy.Standalone, FlinkMode.Session),
                    PREFIX + "container.entrypoint.StandaloneApplicationClusterEntryPoint",
                    jobManager(FlinkDeployedBy.Standalone, FlinkMode.Application),
                    PREFIX + "kubernetes.entrypoint.KubernetesSessionClusterEntrypoint",
                    jobManager(FlinkDeployedBy.Native, FlinkMode.Session),
                    PREFIX + "kubernetes.entrypoint.KubernetesApplicationClusterEntrypoint",
                    jobManager(FlinkDeployedBy.Native, FlinkMode.Application),
                    PREFIX + "runtime.taskexecutor.TaskManagerRunner",
                    taskManager(FlinkDeployedBy.Standalone),
                    PREFIX + "kubernetes.taskmanager.KubernetesTaskExecutorRunner",
                    taskManager(FlinkDeployedBy.Native));

    private static final Map<String, EntryPoint> WORDS =
            Map.of(
                    "jobmanager",
                    jobManager(FlinkDeployedBy.Standalone, FlinkMode.Session),
                    "standalone-job",
                    jobManager(FlinkDeployedBy.Standalone, FlinkMode.Application),
                    "kubernetes-session",
                    jobManager(FlinkDeployedBy.Native, FlinkMode.Session),
                    "kubernetes-application",
                    jobManager(FlinkDeployedBy.Native, FlinkMode.Application),
                    "taskmanager",
                    taskManager(FlinkDeployedBy.Standalone),
                    "kubernetes-taskmanager.sh",
                    taskManager(FlinkDeployedBy.Native));

    /** Of the main class of a JVM. */
    static Optional<EntryPoint> ofMainClass(String mainClass) {
        return Optional.ofNullable(MAIN_CLASSES.get(mainClass));
    }

    /**
     * Of command and arguments. Only the first word that says something counts: what follows
     * belongs to the job.
     */
    static Optional<EntryPoint> ofWords(List<String> words) {
        return words.stream()
                .flatMap(word -> List.of(word.strip().split("\\s+")).stream())
                .map(word -> word.substring(word.lastIndexOf('/') + 1))
                .flatMap(word -> known(word).stream())
                .findFirst();
    }

    private static Optional<EntryPoint> known(String word) {
        EntryPoint found = WORDS.get(word);
        return found == null ? ofMainClass(word) : Optional.of(found);
    }

    private static EntryPoint jobManager(FlinkDeployedBy deployedBy, FlinkMode mode) {
        return new EntryPoint(FlinkRole.JobManager, Optional.of(deployedBy), Optional.of(mode));
    }

    private static EntryPoint taskManager(FlinkDeployedBy deployedBy) {
        return new EntryPoint(FlinkRole.TaskManager, Optional.of(deployedBy), Optional.empty());
    }
}
