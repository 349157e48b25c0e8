package dev.podmigration.agent.launcher;

import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A container's {@code config.json} as CRI-O 1.36 writes it: one line, annotations sorted, quotes
 * escaped.
 */
final class RuntimeConfig {

    private final Map<String, String> annotations = new LinkedHashMap<>();
    private final Map<String, Object> process = new LinkedHashMap<>();
    private String cgroupsPath =
            "/kubepods/besteffort/pod" + ScriptNode.UID + "/crio-" + ScriptNode.ID;

    static RuntimeConfig ofRestore(String containerName) {
        RuntimeConfig config = new RuntimeConfig();
        config.annotations.put("io.kubernetes.container.name", containerName);
        config.annotations.put("podmigration.dev/restore", "move-1");
        config.process.put("args", List.of("java", "-jar", "/app.jar"));
        return config;
    }

    static RuntimeConfig ofOther() {
        RuntimeConfig config = ofRestore("app");
        config.annotations.remove("podmigration.dev/restore");
        return config;
    }

    RuntimeConfig annotation(String key, String value) {
        annotations.put(key, value);
        return this;
    }

    RuntimeConfig environment(String... variables) {
        process.put("env", List.of(variables));
        return this;
    }

    RuntimeConfig arguments(String... arguments) {
        process.put("args", List.of(arguments));
        return this;
    }

    RuntimeConfig selinux(String label) {
        process.put("selinuxLabel", label);
        return this;
    }

    RuntimeConfig cgroupsPath(String path) {
        cgroupsPath = path;
        return this;
    }

    /** As CRI-O 1.36 writes it. */
    String json() throws IOException {
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter(
                        Separators.createDefaultInstance()
                                .withObjectFieldValueSpacing(Separators.Spacing.AFTER));
        return new ObjectMapper().writer(printer).writeValueAsString(content());
    }

    String jsonOnOneLine() throws IOException {
        return new ObjectMapper().writeValueAsString(content());
    }

    private Map<String, Object> content() {
        Map<String, Object> linux = new LinkedHashMap<>();
        linux.put("cgroupsPath", cgroupsPath);
        if (process.containsKey("selinuxLabel")) {
            linux.put(
                    "mountLabel",
                    process.get("selinuxLabel")
                            .toString()
                            .replace("container_t", "container_file_t"));
        }
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("ociVersion", "1.2.1");
        config.put("process", process);
        config.put("annotations", annotations);
        config.put("linux", linux);
        return config;
    }
}
