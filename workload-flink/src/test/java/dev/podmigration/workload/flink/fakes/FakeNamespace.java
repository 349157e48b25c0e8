package dev.podmigration.workload.flink.fakes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.podmigration.workload.Namespace;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Objects in memory. Pods and objects of podmigration.dev cannot be patched, as in the real one.
 */
public final class FakeNamespace implements Namespace {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Map<String, JsonNode> objects = new LinkedHashMap<>();

    /** Kind and name of each object that was patched, with the change. */
    public final List<String> patches = new ArrayList<>();

    /** A controller: called after each patch. */
    public Consumer<FakeNamespace> afterPatch = _ -> {};

    @Override
    public String name() {
        return "flink";
    }

    public FakeNamespace put(HasMetadata... all) {
        for (HasMetadata object : all) {
            put(MAPPER.valueToTree(object));
        }
        return this;
    }

    public void put(JsonNode object) {
        objects.put(
                key(object.path("kind").asText(), object.path("metadata").path("name").asText()),
                object);
    }

    public void remove(String kind, String name) {
        objects.remove(key(kind, name));
    }

    public JsonNode json(String kind, String name) {
        return Objects.requireNonNull(objects.get(key(kind, name)));
    }

    @Override
    public Optional<GenericKubernetesResource> find(String apiVersion, String kind, String name) {
        return Optional.ofNullable(objects.get(key(kind, name)))
                .filter(object -> object.path("apiVersion").asText().equals(apiVersion))
                .map(FakeNamespace::generic);
    }

    @Override
    public List<GenericKubernetesResource> list(
            String apiVersion, String kind, Map<String, String> labels) {
        return objects.values().stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .filter(object -> object.path("apiVersion").asText().equals(apiVersion))
                .filter(
                        object ->
                                labels.entrySet().stream()
                                        .allMatch(
                                                label ->
                                                        object.path("metadata")
                                                                .path("labels")
                                                                .path(label.getKey())
                                                                .asText()
                                                                .equals(label.getValue())))
                .map(FakeNamespace::generic)
                .toList();
    }

    @Override
    public GenericKubernetesResource patch(
            String apiVersion, String kind, String name, Map<String, Object> change) {
        if (kind.equals("Pod") || apiVersion.startsWith("podmigration.dev/")) {
            throw new IllegalArgumentException(kind);
        }
        JsonNode tree = MAPPER.valueToTree(change);
        merge((ObjectNode) json(kind, name), (ObjectNode) tree);
        patches.add(kind + "/" + name + " " + tree);
        afterPatch.accept(this);
        return generic(json(kind, name));
    }

    // RFC 7386.
    private static void merge(ObjectNode into, ObjectNode change) {
        change.properties()
                .forEach(
                        field -> {
                            JsonNode value = field.getValue();
                            if (value.isNull()) {
                                into.remove(field.getKey());
                            } else if (value.isObject()) {
                                merge(
                                        into.path(field.getKey()).isObject()
                                                ? (ObjectNode) into.path(field.getKey())
                                                : into.putObject(field.getKey()),
                                        (ObjectNode) value);
                            } else {
                                into.set(field.getKey(), value);
                            }
                        });
    }

    private static GenericKubernetesResource generic(JsonNode object) {
        return MAPPER.convertValue(object.deepCopy(), GenericKubernetesResource.class);
    }

    private static String key(String kind, String name) {
        return kind + "/" + name;
    }
}
