package dev.podmigration.agent.runtime;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/**
 * One entry of CRI-O's table of runtimes. Empty strings stand for what is not set.
 *
 * @param path the OCI runtime's program
 * @param type {@code oci}, {@code vm} or {@code pod}; empty means {@code oci}
 * @param root where the runtime keeps its containers' states
 */
public record CrioRuntime(
        String path,
        String type,
        String root,
        String monitorPath,
        String monitorCgroup,
        List<String> monitorEnv,
        List<String> allowedAnnotations) {

    public CrioRuntime {
        monitorEnv = List.copyOf(monitorEnv);
        allowedAnnotations = List.copyOf(allowedAnnotations);
    }

    static CrioRuntime of(JsonNode table) {
        return new CrioRuntime(
                table.path("runtime_path").asText(),
                table.path("runtime_type").asText(),
                table.path("runtime_root").asText(),
                table.path("monitor_path").asText(),
                table.path("monitor_cgroup").asText(),
                strings(table.path("monitor_env")),
                strings(table.path("allowed_annotations")));
    }

    /** Only these run containers by an OCI program that CRIU can work with. */
    public boolean isOci() {
        return type.isEmpty() || type.equals("oci");
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(element -> strings.add(element.asText()));
        return strings;
    }
}
