package dev.podmigration.deploy.docs;

import com.fasterxml.jackson.databind.JsonNode;

import dev.podmigration.deploy.Project;
import dev.podmigration.deploy.Yaml;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Every kind with its fields, as the CRDs describe them. */
final class ApiReference {
    private static final Path CRDS = Project.path("crds/generated");
    private static final List<String> KINDS =
            List.of(
                    "PodMigration",
                    "MigrationPolicy",
                    "MigrationNode",
                    "PodCheckpoint",
                    "PodRestore");

    /** Longer lists of values have a page of their own. */
    private static final int LISTED_VALUES = 20;

    private ApiReference() {}

    static GeneratedPage page() {
        List<JsonNode> crds =
                Yaml.files(CRDS).stream()
                        .flatMap(file -> Yaml.documents(Yaml.read(file)).stream())
                        .sorted(
                                (left, right) ->
                                        KINDS.indexOf(kind(left)) - KINDS.indexOf(kind(right)))
                        .toList();
        return GeneratedPage.of(
                "api.md",
                "API",
                "crds/generated",
                "API version: `podmigration.dev/v1alpha1`. `kubectl explain podmigration.spec`"
                        + " shows the same on a cluster.\n"
                        + crds.stream().map(ApiReference::section).collect(Collectors.joining()));
    }

    private static String kind(JsonNode crd) {
        return crd.at("/spec/names/kind").asText();
    }

    private static String section(JsonNode crd) {
        JsonNode schema = crd.at("/spec/versions/0/schema/openAPIV3Schema");
        List<String> rows = new ArrayList<>();
        Set<String> rules = new LinkedHashSet<>();
        fields("", schema, rows, rules);
        return """

        ## %s

        %s %s; short name `%s`.

        | field | type | meaning |
        |---|---|---|
        %s
        %s\
        """
                .formatted(
                        kind(crd),
                        schema.path("description").asText(),
                        crd.at("/spec/scope").asText(),
                        crd.at("/spec/names/shortNames/0").asText(),
                        String.join("\n", rows),
                        rules.isEmpty()
                                ? ""
                                : "\nThe API server also checks:\n\n"
                                        + rules.stream()
                                                .map(rule -> "- " + rule + "\n")
                                                .collect(Collectors.joining()));
    }

    private static void fields(String at, JsonNode schema, List<String> rows, Set<String> rules) {
        for (JsonNode rule : schema.path("x-kubernetes-validations")) {
            rules.add(rule.path("message").asText());
        }
        schema.path("properties")
                .properties()
                .forEach(
                        field -> {
                            String path = at + field.getKey();
                            JsonNode value = field.getValue();
                            boolean required = contains(schema.path("required"), field.getKey());
                            rows.add(
                                    "| `%s` | %s%s | %s |"
                                            .formatted(
                                                    path,
                                                    type(value),
                                                    required ? ", required" : "",
                                                    GeneratedPage.cell(
                                                            value.path("description").asText())));
                            fields(path + ".", value, rows, rules);
                            fields(path + "[].", value.path("items"), rows, rules);
                        });
    }

    private static String type(JsonNode schema) {
        String type = schema.path("type").asText();
        if (schema.has("enum")) {
            return schema.get("enum").size() > LISTED_VALUES
                    ? "[a reason](reasons.md)"
                    : "one of " + values(schema.get("enum"));
        }
        if (type.equals("array")) {
            return "list of " + schema.at("/items/type").asText();
        }
        return schema.has("additionalProperties")
                ? "map of " + schema.at("/additionalProperties/type").asText()
                : type;
    }

    private static String values(JsonNode values) {
        return StreamSupport.stream(values.spliterator(), false)
                .map(value -> "`" + value.asText() + "`")
                .collect(Collectors.joining(", "));
    }

    private static boolean contains(JsonNode names, String name) {
        return StreamSupport.stream(names.spliterator(), false)
                .anyMatch(value -> value.asText().equals(name));
    }
}
