package dev.podmigration.workload.jvm;

import dev.podmigration.api.v1alpha1.CheckpointOptions;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.Jvm;
import dev.podmigration.workload.Detection;
import dev.podmigration.workload.MovingPod;
import dev.podmigration.workload.WorkloadDetector;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
        List<Finding> findings = new ArrayList<>();
        for (InspectedContainer container : pod.containers()) {
            if (NAME.equals(container.getWorkload()) && container.getName() != null) {
                options.put(container.getName(), needed());
                libraries(container).ifPresent(findings::add);
            }
        }
        return options.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        Detection.of(NAME, Map.of()).withOptions(options).withFindings(findings));
    }

    /** Whether one is too large the agent says, which sees the files. */
    private static Optional<Finding> libraries(InspectedContainer container) {
        Jvm jvm = container.getJvm();
        return jvm == null || jvm.getDeletedLibraries().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        Finding.passed(
                                "DeletedLibraries",
                                "The JVM in container "
                                        + container.getName()
                                        + " has mapped libraries whose files are deleted ("
                                        + String.join(", ", jvm.getDeletedLibraries())
                                        + "): they move with it, up to"
                                        + " checkpoint.ghostLimitBytes each."));
    }

    private static CheckpointOptions needed() {
        CheckpointOptions options = new CheckpointOptions();
        options.setTcpEstablished(true);
        options.setFileLocks(true);
        options.setShellJob(true);
        return options;
    }
}
