package dev.podmigration.agent.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An OCI runtime configuration ({@code config.json}) as CRI-O writes it. */
record OciConfiguration(JsonNode json) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    static OciConfiguration parse(String text) throws ContainerRuntimeException {
        return new OciConfiguration(parseJson(text));
    }

    static JsonNode parseJson(String text) throws ContainerRuntimeException {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new ContainerRuntimeException("not JSON: " + e.getOriginalMessage(), e);
        }
    }

    Optional<String> annotation(String name) {
        return text(json.path("annotations").path(name));
    }

    Optional<String> rootDirectory() {
        return text(json.path("root").path("path"));
    }

    Optional<String> namespacePath(String type) {
        for (JsonNode namespace : json.path("linux").path("namespaces")) {
            if (namespace.path("type").asText().equals(type)) {
                return text(namespace.path("path"));
            }
        }
        return Optional.empty();
    }

    List<ContainerMount> mounts() {
        List<ContainerMount> mounts = new ArrayList<>();
        for (JsonNode mount : json.path("mounts")) {
            boolean readOnly = false;
            for (JsonNode option : mount.path("options")) {
                readOnly |= option.asText().equals("ro");
            }
            mounts.add(
                    new ContainerMount(
                            mount.path("destination").asText(),
                            mount.path("source").asText(),
                            mount.path("type").asText(),
                            readOnly));
        }
        return mounts;
    }

    private static Optional<String> text(JsonNode node) {
        return node.isTextual() && !node.asText().isEmpty()
                ? Optional.of(node.asText())
                : Optional.empty();
    }
}
