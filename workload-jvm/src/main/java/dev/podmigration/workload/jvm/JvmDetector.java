package dev.podmigration.workload.jvm;

import dev.podmigration.api.v1alpha1.CheckpointOptions;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.workload.Detection;
import dev.podmigration.workload.MovingPod;
import dev.podmigration.workload.WorkloadDetector;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Knows a pod in one of whose containers the agent has found a Java virtual machine. A JVM holds
 * connections and file locks and may sit under a shell, so it gets what it needs without being
 * asked.
 */
public final class JvmDetector implements WorkloadDetector {

    private static final String NAME = "JVM";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<Detection> detect(MovingPod pod) {
        Map<String, CheckpointOptions> options = new LinkedHashMap<>();
        for (InspectedContainer container : pod.containers()) {
            if (NAME.equals(container.getWorkload()) && container.getName() != null) {
                options.put(container.getName(), needed());
            }
        }
        return options.isEmpty()
                ? Optional.empty()
                : Optional.of(Detection.of(NAME, Map.of()).withOptions(options));
    }

    private static CheckpointOptions needed() {
        CheckpointOptions options = new CheckpointOptions();
        options.setTcpEstablished(true);
        options.setFileLocks(true);
        options.setShellJob(true);
        return options;
    }
}
