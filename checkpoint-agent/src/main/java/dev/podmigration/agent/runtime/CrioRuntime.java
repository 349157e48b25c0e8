package dev.podmigration.agent.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * One entry of CRI-O's table of runtimes. Empty strings stand for what is not set.
 *
 * @param path the OCI runtime's program
 * @param type {@code oci}, {@code vm} or {@code pod}; empty means {@code oci}
 * @param root where the runtime keeps its containers' states
 * @param settings the whole entry, in CRI-O's words
 */
public record CrioRuntime(String path, String type, String root, ObjectNode settings) {

    static CrioRuntime of(JsonNode table) {
        ObjectNode settings =
                table instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
        return new CrioRuntime(
                table.path("runtime_path").asText(),
                table.path("runtime_type").asText(),
                table.path("runtime_root").asText(),
                settings.deepCopy());
    }

    /** Only these run containers by an OCI program that CRIU can work with. */
    public boolean isOci() {
        return type.isEmpty() || type.equals("oci");
    }
}
