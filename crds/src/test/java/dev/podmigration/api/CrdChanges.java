package dev.podmigration.api;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.Serialization;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What would refuse, or read differently, an object that was good before: fields that are gone,
 * rules that are new or narrower. Structural: a rule that was rewritten counts as a new one.
 */
final class CrdChanges {

    private static final List<String> LARGEST =
            List.of("maximum", "maxLength", "maxItems", "maxProperties");
    private static final List<String> SMALLEST =
            List.of("minimum", "minLength", "minItems", "minProperties");

    /** Of these nobody can tell which one allows more. */
    private static final List<String> RESTRICTIONS = List.of("pattern", "format", "multipleOf");

    /** How objects are read, defaulted and merged. */
    private static final List<String> MEANINGS =
            List.of(
                    "type",
                    "default",
                    "nullable",
                    "x-kubernetes-int-or-string",
                    "x-kubernetes-preserve-unknown-fields",
                    "x-kubernetes-list-type",
                    "x-kubernetes-list-map-keys",
                    "x-kubernetes-map-type");

    private final List<String> found = new ArrayList<>();

    private CrdChanges() {}

    /** One sentence for each change that is not compatible. */
    static List<String> breaking(CustomResourceDefinition before, CustomResourceDefinition after) {
        CrdChanges changes = new CrdChanges();
        changes.compare(map(before), map(after));
        return changes.found;
    }

    private void compare(Map<?, ?> before, Map<?, ?> after) {
        Map<?, ?> old = inside(before, "spec");
        Map<?, ?> now = inside(after, "spec");
        String kind = String.valueOf(inside(old, "names").get("kind"));
        for (String field : List.of("group", "names", "scope")) {
            if (!Objects.equals(old.get(field), now.get(field))) {
                found.add(kind + ": " + field + " has changed");
            }
        }
        for (Object version : list(old, "versions")) {
            String name = String.valueOf(((Map<?, ?>) version).get("name"));
            Optional<Map<?, ?>> same =
                    list(now, "versions").stream()
                            .<Map<?, ?>>map(other -> (Map<?, ?>) other)
                            .filter(other -> name.equals(other.get("name")))
                            .filter(other -> Boolean.TRUE.equals(other.get("served")))
                            .findFirst();
            if (same.isEmpty()) {
                found.add(kind + ": version " + name + " is not served any more");
                continue;
            }
            if (!Objects.equals(
                    ((Map<?, ?>) version).get("subresources"), same.get().get("subresources"))) {
                found.add(kind + ": the subresources have changed");
            }
            schema(
                    kind,
                    inside(inside((Map<?, ?>) version, "schema"), "openAPIV3Schema"),
                    inside(inside(same.get(), "schema"), "openAPIV3Schema"));
        }
    }

    private void schema(String path, Map<?, ?> before, Map<?, ?> after) {
        for (String meaning : MEANINGS) {
            if (!Objects.equals(before.get(meaning), after.get(meaning))
                    && !isLooser(meaning, before)
                    && !(meaning.equals("default") && onlyNamesNewFields(before, after))) {
                found.add(path + ": " + meaning + " has changed");
            }
        }
        for (String restriction : RESTRICTIONS) {
            if (after.get(restriction) != null
                    && !after.get(restriction).equals(before.get(restriction))) {
                found.add(path + ": " + restriction + " is new or has changed");
            }
        }
        LARGEST.forEach(name -> limit(path, name, before, after, false));
        SMALLEST.forEach(name -> limit(path, name, before, after, true));
        values(path, before, after);
        missing(path + " became required: ", after, before, "required");
        Set<String> rules = rules(after);
        rules.removeAll(rules(before));
        rules.forEach(rule -> found.add(path + ": a new rule: " + rule));
        for (String part : List.of("items", "additionalProperties")) {
            if (before.get(part) instanceof Map<?, ?> old) {
                if (after.get(part) instanceof Map<?, ?> now) {
                    schema(path + "[]", old, now);
                } else {
                    found.add(path + ": " + part + " has changed");
                }
            }
        }
        Map<?, ?> now = inside(after, "properties");
        inside(before, "properties")
                .forEach(
                        (name, field) -> {
                            if (now.get(name) instanceof Map<?, ?> same) {
                                schema(path + "." + name, (Map<?, ?>) field, same);
                            } else {
                                found.add(path + "." + name + " is gone");
                            }
                        });
    }

    /** What had no type or could not be null may get one, or may be null. */
    private static boolean isLooser(String meaning, Map<?, ?> before) {
        return before.get(meaning) == null
                && Set.of("nullable", "x-kubernetes-preserve-unknown-fields").contains(meaning);
    }

    /** The default of an object has the defaults of its new fields, too: so it means the same. */
    private static boolean onlyNamesNewFields(Map<?, ?> before, Map<?, ?> after) {
        if (!(before.get("default") instanceof Map<?, ?>)
                || !(after.get("default") instanceof Map<?, ?>)) {
            return false;
        }
        Map<?, ?> old = inside(before, "default");
        Map<?, ?> now = inside(after, "default");
        return now.entrySet().stream()
                        .filter(entry -> !old.containsKey(entry.getKey()))
                        .allMatch(
                                entry -> {
                                    String name = String.valueOf(entry.getKey());
                                    return !inside(before, "properties").containsKey(name)
                                            && entry.getValue()
                                                    .equals(
                                                            inside(
                                                                            inside(
                                                                                    after,
                                                                                    "properties"),
                                                                            name)
                                                                    .get("default"));
                                })
                && old.entrySet().stream()
                        .allMatch(entry -> entry.getValue().equals(now.get(entry.getKey())));
    }

    private void limit(
            String path, String name, Map<?, ?> before, Map<?, ?> after, boolean smallest) {
        if (after.get(name) == null) {
            return;
        }
        BigDecimal now = new BigDecimal(after.get(name).toString());
        if (before.get(name) == null) {
            found.add(path + ": " + name + " is new: " + now);
            return;
        }
        BigDecimal old = new BigDecimal(before.get(name).toString());
        int change = now.compareTo(old);
        if (smallest ? change > 0 : change < 0) {
            found.add(path + ": " + name + " is narrower: " + now + " instead of " + old);
        }
    }

    private void values(String path, Map<?, ?> before, Map<?, ?> after) {
        if (after.get("enum") == null) {
            return;
        }
        if (before.get("enum") == null) {
            found.add(path + " takes only some values now");
            return;
        }
        missing(path + " does not take any more: ", before, after, "enum");
    }

    private void missing(String what, Map<?, ?> here, Map<?, ?> there, String name) {
        Set<String> missing = strings(here, name);
        missing.removeAll(strings(there, name));
        missing.forEach(value -> found.add(what + value));
    }

    private static Set<String> rules(Map<?, ?> schema) {
        return list(schema, "x-kubernetes-validations").stream()
                .map(rule -> String.valueOf(((Map<?, ?>) rule).get("rule")))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> strings(Map<?, ?> schema, String name) {
        return list(schema, name).stream()
                .map(String::valueOf)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<?> list(Map<?, ?> of, String name) {
        return of.get(name) instanceof List<?> list ? list : List.of();
    }

    private static Map<?, ?> inside(Map<?, ?> of, String name) {
        return of.get(name) instanceof Map<?, ?> map ? map : Map.of();
    }

    private static Map<?, ?> map(CustomResourceDefinition crd) {
        return Serialization.unmarshal(Serialization.asJson(crd), Map.class);
    }
}
