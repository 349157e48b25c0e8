package dev.podmigration.agent.install;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;

import dev.podmigration.agent.host.NodeDirectories;
import dev.podmigration.agent.runtime.CrioRuntime;

import java.util.Map;
import java.util.Set;

/**
 * CRI-O's drop-in with our runtime handler: everything as in the node's own runtime, but for the
 * program.
 */
final class RuntimeHandlerFile {

    static final String HANDLER = "podmigration";
    static final String NAME = "99-podmigration.conf";

    /**
     * Would name another program, or take what we write back: platform_runtime_paths overrides the
     * path, inherit_default_runtime replaces it, and an OCI runtime has no configuration file.
     */
    private static final Set<String> NOT_COPIED =
            Set.of("platform_runtime_paths", "inherit_default_runtime", "runtime_config_path");

    private RuntimeHandlerFile() {}

    static String text(CrioRuntime nodesOwn) {
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> setting : nodesOwn.settings().properties()) {
            if (!NOT_COPIED.contains(setting.getKey()) && !isUnset(setting.getValue())) {
                settings.set(setting.getKey(), setting.getValue());
            }
        }
        settings.put("runtime_path", NodeDirectories.DATA + "/bin/launcher");
        settings.put("runtime_type", "oci");
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        all.putObject("crio").putObject("runtime").putObject("runtimes").set(HANDLER, settings);
        try {
            return "# Written by the agent of podmigration.dev, which also takes it away.\n"
                    + new TomlMapper().writeValueAsString(all);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was read as TOML cannot be written as TOML", e);
        }
    }

    private static boolean isUnset(JsonNode value) {
        return value.isNull()
                || (value.isTextual() && value.asText().isEmpty())
                || (value.isContainerNode() && value.isEmpty());
    }
}
