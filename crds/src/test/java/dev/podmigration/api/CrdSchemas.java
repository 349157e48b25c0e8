package dev.podmigration.api;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The committed CRDs, those of today and those of the last release, as objects. */
final class CrdSchemas {
    private CrdSchemas() {}

    static List<CustomResourceDefinition> committed() {
        return in("generated");
    }

    /** Those of which somebody reports how far they have come. */
    static List<CustomResourceDefinition> withStatus() {
        return committed().stream()
                .filter(crd -> !"MigrationPolicy".equals(crd.getSpec().getNames().getKind()))
                .toList();
    }

    /** As the last release had them. */
    static List<CustomResourceDefinition> baseline() {
        return in("baseline");
    }

    private static List<CustomResourceDefinition> in(String directory) {
        try (var files = Files.list(Path.of(directory))) {
            return files.sorted().map(CrdSchemas::read).toList();
        } catch (IOException e) {
            throw new IllegalStateException("crds/" + directory + " cannot be read", e);
        }
    }

    static JSONSchemaProps schema(CustomResourceDefinition crd) {
        return crd.getSpec().getVersions().get(0).getSchema().getOpenAPIV3Schema();
    }

    /** Every field below a schema by its path; the items of a list are {@code []}. */
    static Map<String, JSONSchemaProps> fields(CustomResourceDefinition crd) {
        var fields = new TreeMap<String, JSONSchemaProps>();
        collect(crd.getSpec().getNames().getKind(), schema(crd), fields);
        return fields;
    }

    /** The default of a field, if it is neither an object nor a list. */
    static Optional<Object> simpleDefault(JSONSchemaProps field) {
        Object value =
                Serialization.unmarshal(Serialization.asYaml(field), Map.class).get("default");
        return Optional.ofNullable(value)
                .filter(found -> !(found instanceof Map || found instanceof List));
    }

    private static void collect(
            String path, JSONSchemaProps schema, Map<String, JSONSchemaProps> fields) {
        if (schema.getProperties() != null) {
            schema.getProperties()
                    .forEach(
                            (name, field) -> {
                                fields.put(path + "." + name, field);
                                collect(path + "." + name, field, fields);
                            });
        }
        if (schema.getItems() != null) {
            collect(path + "[]", schema.getItems().getSchema(), fields);
        }
    }

    private static CustomResourceDefinition read(Path file) {
        try {
            return Serialization.unmarshal(Files.readString(file), CustomResourceDefinition.class);
        } catch (IOException e) {
            throw new IllegalStateException(file + " cannot be read", e);
        }
    }
}
