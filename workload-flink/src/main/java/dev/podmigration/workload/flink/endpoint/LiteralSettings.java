package dev.podmigration.workload.flink.endpoint;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a pod's own specification says about Flink's configuration: variables with plain values, and
 * the lines of {@code FLINK_PROPERTIES}. ConfigMaps and Secrets are not read: for the one the
 * operator has no right, and nobody should be able to make it read the other.
 */
public final class LiteralSettings {

    private static final String PROPERTIES = "FLINK_PROPERTIES";

    private final Map<String, String> variables;
    private final Map<String, String> properties;

    private LiteralSettings(Map<String, String> variables, Map<String, String> properties) {
        this.variables = variables;
        this.properties = properties;
    }

    /**
     * Reads one container.
     *
     * @param container name of the container in which Flink runs
     */
    public static LiteralSettings of(Pod pod, String container) {
        Map<String, String> variables = new LinkedHashMap<>();
        pod.getSpec().getContainers().stream()
                .filter(one -> one.getName().equals(container))
                .map(Container::getEnv)
                .filter(Objects::nonNull)
                .flatMap(java.util.List::stream)
                .filter(variable -> variable.getValue() != null)
                .forEach(
                        (EnvVar variable) ->
                                variables.put(variable.getName(), variable.getValue()));
        return new LiteralSettings(variables, lines(variables.getOrDefault(PROPERTIES, "")));
    }

    /** A variable whose value is in the specification and names no other variable. */
    public Optional<String> variable(String name) {
        return literal(variables.get(name));
    }

    /** A line of {@code FLINK_PROPERTIES}, {@code key: value}; of two the last counts. */
    public Optional<String> property(String key) {
        return literal(properties.get(key));
    }

    // $(NAME) is replaced by the kubelet, with values that may come from anywhere.
    private static Optional<String> literal(@org.jspecify.annotations.Nullable String value) {
        return Optional.ofNullable(value).map(String::strip).filter(text -> !text.contains("$("));
    }

    private static Map<String, String> lines(String text) {
        Map<String, String> found = new LinkedHashMap<>();
        text.lines()
                .forEach(
                        line -> {
                            int colon = line.indexOf(':');
                            if (colon > 0) {
                                found.put(
                                        line.substring(0, colon).strip(),
                                        unquoted(line.substring(colon + 1).strip()));
                            }
                        });
        return found;
    }

    private static String unquoted(String value) {
        boolean quoted =
                value.length() >= 2
                        && (value.charAt(0) == '"' || value.charAt(0) == '\'')
                        && value.charAt(0) == value.charAt(value.length() - 1);
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
