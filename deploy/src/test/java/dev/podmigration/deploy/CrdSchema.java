package dev.podmigration.deploy;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The schema of one of the project's kinds, applied strictly: unlike the API server without strict
 * field validation it complains about fields that do not exist. CEL rules are not evaluated.
 */
public record CrdSchema(JsonNode schema) {
    public static Optional<CrdSchema> of(String kind) {
        return Yaml.files(Project.path("crds/generated")).stream()
                .flatMap(file -> Yaml.documents(Yaml.read(file)).stream())
                .filter(crd -> crd.at("/spec/names/kind").asText().equals(kind))
                .map(crd -> new CrdSchema(crd.at("/spec/versions/0/schema/openAPIV3Schema")))
                .findFirst();
    }

    /** One line for each thing that is wrong in {@code object}. */
    public List<String> problems(JsonNode object) {
        List<String> problems = new ArrayList<>();
        for (String field : List.of("spec", "status")) {
            if (object.has(field)) {
                check("." + field, schema.at("/properties/" + field), object.get(field), problems);
            } else if (isRequired(schema, field)) {
                problems.add("." + field + " is missing");
            }
        }
        return problems;
    }

    private static void check(String at, JsonNode schema, JsonNode value, List<String> problems) {
        String type = schema.path("type").asText();
        if (!isOfType(type, value)) {
            problems.add(at + " is no " + type + ": " + value);
            return;
        }
        if (schema.has("enum") && !contains(schema.get("enum"), value)) {
            problems.add(at + " is none of " + schema.get("enum") + ": " + value);
        }
        if (schema.has("pattern") && !value.asText().matches(schema.get("pattern").asText())) {
            problems.add(at + " does not match " + schema.get("pattern") + ": " + value);
        }
        if (schema.has("minimum") && value.asLong() < schema.get("minimum").asLong()) {
            problems.add(at + " is less than " + schema.get("minimum") + ": " + value);
        }
        if (schema.has("maximum") && value.asLong() > schema.get("maximum").asLong()) {
            problems.add(at + " is more than " + schema.get("maximum") + ": " + value);
        }
        if (value.isObject()) {
            checkFields(at, schema, value, problems);
        }
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            check(at + "[" + i + "]", schema.path("items"), value.get(i), problems);
        }
    }

    private static void checkFields(
            String at, JsonNode schema, JsonNode value, List<String> problems) {
        for (JsonNode required : schema.path("required")) {
            if (!value.has(required.asText())) {
                problems.add(at + "." + required.asText() + " is missing");
            }
        }
        value.properties()
                .forEach(
                        field -> {
                            JsonNode expected =
                                    schema.has("additionalProperties")
                                            ? schema.get("additionalProperties")
                                            : schema.path("properties").path(field.getKey());
                            String path = at + "." + field.getKey();
                            if (expected.isMissingNode()) {
                                problems.add(path + " does not exist");
                            } else {
                                check(path, expected, field.getValue(), problems);
                            }
                        });
    }

    private static boolean isRequired(JsonNode schema, String field) {
        for (JsonNode required : schema.path("required")) {
            if (required.asText().equals(field)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOfType(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            default -> throw new IllegalArgumentException("type in a schema: " + type);
        };
    }

    private static boolean contains(JsonNode values, JsonNode wanted) {
        for (JsonNode value : values) {
            if (value.equals(wanted)) {
                return true;
            }
        }
        return false;
    }
}
