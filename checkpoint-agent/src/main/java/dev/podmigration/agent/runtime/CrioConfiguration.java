package dev.podmigration.agent.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * What CRI-O is configured to, as far as it matters here; read from the running process, so that
 * defaults and drop-ins are in it.
 *
 * @param storageRoot keeps images and containers
 * @param runRoot keeps bundles; gone after a reboot
 * @param systemdCgroups the cgroup driver is systemd, else cgroupfs
 * @param signaturePolicy a policy file is set explicitly; empty when CRI-O uses the system's
 * @param checkpointSupport CRI-O serves checkpoints
 * @param hookDirectories where it looks for OCI hooks
 */
public record CrioConfiguration(
        String storageRoot,
        String runRoot,
        String storageDriver,
        boolean systemdCgroups,
        String defaultRuntime,
        Map<String, CrioRuntime> runtimes,
        Optional<String> signaturePolicy,
        boolean checkpointSupport,
        List<String> hookDirectories) {

    public CrioConfiguration {
        runtimes = Map.copyOf(runtimes);
        hookDirectories = List.copyOf(hookDirectories);
    }

    public static CrioConfiguration parse(String toml) throws ContainerRuntimeException {
        JsonNode crio;
        try {
            crio = new TomlMapper().readTree(toml).path("crio");
        } catch (JsonProcessingException e) {
            throw new ContainerRuntimeException(
                    "CRI-O's configuration is not TOML: " + e.getOriginalMessage(), e);
        }
        JsonNode runtime = crio.path("runtime");
        Map<String, CrioRuntime> runtimes = new LinkedHashMap<>();
        runtime.path("runtimes")
                .properties()
                .forEach(entry -> runtimes.put(entry.getKey(), CrioRuntime.of(entry.getValue())));
        return new CrioConfiguration(
                required(crio, "root"),
                required(crio, "runroot"),
                required(crio, "storage_driver"),
                runtime.path("cgroup_manager").asText().equals("systemd"),
                required(runtime, "default_runtime"),
                runtimes,
                Optional.of(crio.path("image").path("signature_policy").asText())
                        .filter(path -> !path.isEmpty()),
                checkpointSupport(crio),
                StreamSupport.stream(runtime.path("hooks_dir").spliterator(), false)
                        .map(JsonNode::asText)
                        .toList());
    }

    /** The runtime of pods that name no runtime class. */
    public CrioRuntime defaultHandler() throws ContainerRuntimeException {
        CrioRuntime handler = runtimes.get(defaultRuntime);
        if (handler == null) {
            throw new ContainerRuntimeException(
                    "CRI-O's default runtime " + defaultRuntime + " is not configured");
        }
        return handler;
    }

    String bundle(String containerId) {
        return containerDirectory(runRoot, containerId) + "/userdata";
    }

    String checkpointDirectory(String containerId) {
        return containerDirectory(storageRoot, containerId) + "/" + ContainerOnNode.CHECKPOINT;
    }

    private String containerDirectory(String base, String containerId) {
        return base + "/" + storageDriver + "-containers/" + containerId;
    }

    /** Up to 1.36 a flag of [crio.runtime], from 1.37 on a word of [crio.checkpoint_restore]. */
    private static boolean checkpointSupport(JsonNode crio) {
        JsonNode level = crio.path("checkpoint_restore").path("container_level_enabled");
        return level.isTextual()
                ? level.asText().equals("checkpoint_restore")
                : crio.path("runtime").path("enable_criu_support").asBoolean(true);
    }

    private static String required(JsonNode table, String key) throws ContainerRuntimeException {
        JsonNode value = table.path(key);
        if (!value.isTextual() || value.asText().isEmpty()) {
            throw new ContainerRuntimeException("CRI-O's configuration has no " + key);
        }
        return value.asText();
    }
}
