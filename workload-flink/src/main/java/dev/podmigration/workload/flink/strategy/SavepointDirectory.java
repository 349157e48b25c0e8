package dev.podmigration.workload.flink.strategy;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.flink.configuration.RunningConfiguration;
import dev.podmigration.workload.flink.detect.FlinkPod;
import dev.podmigration.workload.flink.endpoint.LiteralSettings;
import dev.podmigration.workload.flink.rest.FlinkFailure;
import dev.podmigration.workload.flink.rest.StatePath;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.VolumeMount;

import java.util.List;
import java.util.Optional;

/** Where savepoints go, and whether another node will find them there. */
final class SavepointDirectory {

    private static final String VARIABLE = "FLINK_SAVEPOINT_DIR";

    private SavepointDirectory() {}

    /**
     * The pod's own word counts before that of the JobManager.
     *
     * @throws FlinkFailure SavepointDirectoryMissing, ...NotShared or, for a volume that is mounted
     *     for reading only, ...NotWritable
     */
    static StatePath of(
            FlinkCluster cluster, RunningConfiguration configuration, Namespace namespace)
            throws FlinkFailure {
        String value =
                variable(cluster.pod())
                        .or(() -> variable(cluster.jobManager()))
                        .or(configuration::savepointDirectory)
                        .orElseThrow(
                                () ->
                                        new FlinkFailure(
                                                FailureReason.SavepointDirectoryMissing,
                                                "Neither "
                                                        + VARIABLE
                                                        + " nor"
                                                        + " execution.checkpointing.savepoint-dir"
                                                        + " says where savepoints go."));
        StatePath directory =
                StatePath.parse(value.startsWith("/") ? "file:" + value : value)
                        .orElseThrow(
                                () ->
                                        new FlinkFailure(
                                                FailureReason.SavepointDirectoryMissing,
                                                "The savepoint directory is no URI of a scheme and"
                                                        + " a plain path."));
        Optional<String> path = directory.localPath();
        if (path.isPresent()) {
            Volumes volumes = new Volumes(namespace);
            for (Pod pod : List.of(cluster.jobManager(), cluster.pod())) {
                check(pod, path.get(), volumes);
            }
        }
        return directory;
    }

    private static void check(Pod pod, String path, Volumes volumes) throws FlinkFailure {
        String name = pod.getMetadata().getName();
        Optional<VolumeMount> mount = Volumes.mountOf(pod, path);
        if (mount.isEmpty()) {
            throw new FlinkFailure(
                    FailureReason.SavepointDirectoryNotShared,
                    path + " is in the file system of pod " + name + " itself.");
        }
        if (!volumes.isShared(pod, mount.get().getName())) {
            throw new FlinkFailure(
                    FailureReason.SavepointDirectoryNotShared,
                    path
                            + " is on volume "
                            + mount.get().getName()
                            + " of pod "
                            + name
                            + ", which other nodes do not see.");
        }
        if (Boolean.TRUE.equals(mount.get().getReadOnly())) {
            throw new FlinkFailure(
                    FailureReason.SavepointDirectoryNotWritable,
                    path + " is mounted for reading only in pod " + name + ".");
        }
    }

    private static Optional<String> variable(Pod pod) {
        return FlinkPod.of(pod, List.of())
                .flatMap(flink -> LiteralSettings.of(pod, flink.container()).variable(VARIABLE))
                .filter(value -> !value.isEmpty());
    }
}
