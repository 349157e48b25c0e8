package dev.podmigration.deploy.docs;

import com.fasterxml.jackson.databind.JsonNode;

import dev.podmigration.deploy.Project;
import dev.podmigration.deploy.Yaml;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** The chart's values: defaults and comments from values.yaml, bounds from values.schema.json. */
final class ValuesReference {
    private static final String CHART = "deploy/helm/podmigration/";
    private static final Pattern KEY = Pattern.compile("( *)([A-Za-z]+):.*");
    private static final int INDENT = 2;

    private final JsonNode schema = json(CHART + "values.schema.json");
    private final Map<String, String> comments;
    private final List<String> rows = new ArrayList<>();

    private ValuesReference(Map<String, String> comments) {
        this.comments = comments;
    }

    static GeneratedPage page() {
        ValuesReference reference = new ValuesReference(comments());
        reference.add("", json(CHART + "values.yaml"), reference.schema);
        return GeneratedPage.of(
                "values.md",
                "Chart values",
                CHART + "values.yaml",
                "Set with `--set` or a values file; others are refused.\n\n"
                        + "| value | default | allowed | meaning |\n|---|---|---|---|\n"
                        + String.join("\n", reference.rows)
                        + "\n");
    }

    private static JsonNode json(String file) {
        return Yaml.documents(Yaml.read(Project.path(file))).getFirst();
    }

    /**
     * A map with a comment of its own is one row; the values of one without are rows themselves.
     */
    private void add(String at, JsonNode values, JsonNode place) {
        for (Map.Entry<String, JsonNode> value : values.properties()) {
            String path = at + value.getKey();
            JsonNode type = resolved(place.path("properties").path(value.getKey()));
            boolean isGroup = value.getValue().isObject() && !value.getValue().isEmpty();
            if (isGroup && !comments.containsKey(path)) {
                add(path + ".", value.getValue(), type);
            } else {
                rows.add(
                        "| `%s` | `%s` | %s | %s |"
                                .formatted(
                                        path,
                                        GeneratedPage.cell(value.getValue().toString()),
                                        GeneratedPage.cell(allowed(type)),
                                        GeneratedPage.cell(comments.getOrDefault(path, ""))));
            }
        }
    }

    private JsonNode resolved(JsonNode type) {
        return type.has("$ref") ? schema.at(type.get("$ref").asText().substring(1)) : type;
    }

    private static String allowed(JsonNode type) {
        if (type.has("enum")) {
            return StreamSupport.stream(type.get("enum").spliterator(), false)
                    .map(JsonNode::asText)
                    .collect(Collectors.joining(", "));
        }
        if (type.has("minimum")) {
            return type.get("minimum") + " to " + type.get("maximum");
        }
        return type.path("type").asText();
    }

    /** The comment above each key, by path. */
    private static Map<String, String> comments() {
        Map<String, String> comments = new HashMap<>();
        Deque<String> path = new ArrayDeque<>();
        StringBuilder comment = new StringBuilder();
        for (String line : Yaml.read(Project.path(CHART + "values.yaml")).lines().toList()) {
            Matcher key = KEY.matcher(line);
            if (line.strip().startsWith("#")) {
                comment.append(line.strip().substring(1).strip()).append(' ');
            } else if (key.matches()) {
                while (path.size() > key.group(1).length() / INDENT) {
                    path.removeLast();
                }
                path.addLast(key.group(2));
                if (!comment.isEmpty()) {
                    comments.put(String.join(".", path), comment.toString().strip());
                }
                comment.setLength(0);
            } else {
                // The end of a paragraph: what stood there was about the file.
                comment.setLength(0);
            }
        }
        return comments;
    }
}
