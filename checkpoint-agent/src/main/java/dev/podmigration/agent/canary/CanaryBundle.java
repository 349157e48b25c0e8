package dev.podmigration.agent.canary;

import com.fasterxml.jackson.databind.ObjectMapper;

import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.MountInfo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The OCI bundle of the canary. Its root is the agent's own image, read-only, because that is the
 * one place on a node that is sure to have this JDK.
 *
 * <p>All paths are the node's.
 */
final class CanaryBundle {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private CanaryBundle() {}

    /**
     * Where the node sees the root of this very process: the mount of the same file system.
     *
     * @throws IOException when the node does not see it, for example because the container runtime
     *     keeps its mounts to itself
     */
    static String ownRoot(Host host) throws IOException {
        String device =
                MountInfo.ofThisProcess().stream()
                        .filter(mount -> mount.mountPoint().equals("/"))
                        .findFirst()
                        .orElseThrow(() -> new IOException("this process has no root mount"))
                        .device();
        return MountInfo.of(host, 1).stream()
                .filter(mount -> mount.device().equals(device) && mount.root().equals("/"))
                .map(MountInfo::mountPoint)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IOException(
                                        "the node does not see the root of the agent's container"));
    }

    static void write(Path directory, CanaryPlace place, String root, boolean systemdCgroups)
            throws IOException {
        Map<String, Object> process = new LinkedHashMap<>();
        process.put("user", Map.of("uid", 0, "gid", 0));
        process.put("args", command(place.trial()));
        process.put("env", List.of("PATH=/usr/bin:/bin"));
        process.put("cwd", "/");
        Map<String, Object> linux = new LinkedHashMap<>();
        linux.put("cgroupsPath", cgroup(place, systemdCgroups));
        linux.put(
                "namespaces",
                List.of(
                        Map.of("type", "pid"),
                        Map.of("type", "ipc"),
                        Map.of("type", "uts"),
                        Map.of("type", "mount"),
                        // Like a pod's: it exists before the container and is not CRIU's business.
                        Map.of("type", "network", "path", place.networkNamespace())));
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("ociVersion", "1.0.2");
        config.put("process", process);
        config.put("root", Map.of("path", root, "readonly", true));
        config.put("hostname", "canary");
        config.put(
                "mounts",
                List.of(
                        mount("/proc", "proc", "proc", List.of()),
                        mount("/dev", "tmpfs", "tmpfs", List.of("nosuid", "mode=755")),
                        mount("/tmp", "bind", place.output(), List.of("rbind", "rw"))));
        config.put("linux", linux);
        if (!place.trial().criuOptions().isEmpty()) {
            // Where crun (since 1.26) and runc look for the configuration of this container's CRIU.
            config.put("annotations", Map.of("org.criu.config", place.criuConfiguration()));
        }
        Files.write(directory.resolve("config.json"), MAPPER.writeValueAsBytes(config));
    }

    private static List<String> command(Trial trial) {
        return List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Xmx16m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                // Its file would have to be carried along.
                "-XX:-UsePerfData",
                "-cp",
                ownJar(),
                CanaryProgram.class.getName(),
                trial.name(),
                "/tmp");
    }

    private static String ownJar() {
        return Path.of(
                        CanaryProgram.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath())
                .toString();
    }

    private static String cgroup(CanaryPlace place, boolean systemdCgroups) {
        String name = place.containerId();
        return systemdCgroups ? "system.slice:podmigration:" + name : "/" + name;
    }

    private static Map<String, Object> mount(
            String destination, String type, String source, List<String> options) {
        return Map.of(
                "destination", destination, "type", type, "source", source, "options", options);
    }
}
