package dev.podmigration.workload.flink.fakes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import java.io.IOException;
import java.util.Map;

/**
 * A session cluster whose job can be stopped and started: savepoints on a shared volume, the jar
 * from a ConfigMap, as in examples/flink-savepoint-migration.yaml.
 */
public final class SessionCluster implements AutoCloseable {

    public static final String JAR = "job_counter.jar";

    public final FakeFlink flink = new FakeFlink();
    public final FakeJob job = flink.addJob("job");
    public final FakeNamespace namespace = new FakeNamespace();
    public Pod taskManager = withVolumes(FlinkPods.taskManager());
    public Pod jobManager = withVolumes(FlinkPods.jobManager("127.0.0.1"));

    public SessionCluster() throws IOException {
        flink.jars.add(JAR);
        flink.configuration.put(
                "execution.checkpointing.savepoint-dir", "file:///shared/savepoints");
        flink.configuration.put("web.upload.dir", "/opt/flink/jobs");
        jobManager =
                new PodBuilder(jobManager)
                        .editMetadata()
                        .withAnnotations(
                                Map.of(
                                        "workload.podmigration.dev/flink-jar",
                                        JAR,
                                        "workload.podmigration.dev/flink-arguments",
                                        "--rate 200"))
                        .endMetadata()
                        .editSpec()
                        .editFirstContainer()
                        .addNewPort()
                        .withName("rest")
                        .withContainerPort(flink.address().port())
                        .endPort()
                        .endContainer()
                        .endSpec()
                        .build();
        publish();
    }

    /** After a change of one of the pods. */
    public void publish() {
        namespace.put(jobManager, taskManager, FlinkPods.service(flink.address().port()));
    }

    private static Pod withVolumes(Pod pod) {
        return new PodBuilder(pod)
                .editSpec()
                .addNewVolume()
                .withName("shared")
                .withNewNfs()
                .withServer("nfs.example.com")
                .withPath("/flink")
                .endNfs()
                .endVolume()
                .addNewVolume()
                .withName("jobs")
                .withNewConfigMap()
                .withName("flink-counter-job")
                .endConfigMap()
                .endVolume()
                .editFirstContainer()
                .addNewVolumeMount()
                .withName("shared")
                .withMountPath("/shared")
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("jobs")
                .withMountPath("/opt/flink/jobs")
                .endVolumeMount()
                .endContainer()
                .endSpec()
                .build();
    }

    @Override
    public void close() {
        flink.close();
    }
}
