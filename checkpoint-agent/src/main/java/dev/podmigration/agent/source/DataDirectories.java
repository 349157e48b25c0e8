package dev.podmigration.agent.source;

import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.runtime.ContainerMount;
import dev.podmigration.agent.runtime.ContainerOnNode;
import dev.podmigration.agent.runtime.PodOnNode;
import dev.podmigration.agent.wire.DataDirectory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The volumes of a pod that the kubelet fills by itself on either node, each under a name of its
 * own.
 */
final class DataDirectories {

    /**
     * {@code <kubelet root>/pods/<uid>/volumes/<plugin>/<volume>}; pkg/volume/util/atomic_writer.go
     * of Kubernetes 1.36.
     */
    private static final Pattern VOLUME =
            Pattern.compile(
                    "(.*/pods/[^/]+/volumes/(kubernetes\\.io~[a-z-]+)/([a-z0-9][a-z0-9.-]*))(/.*)?");

    private DataDirectories() {}

    static List<DataDirectory> of(Host host, PodOnNode pod) throws IOException {
        Map<String, DataDirectory> found = new LinkedHashMap<>();
        for (ContainerOnNode container : pod.containers()) {
            for (ContainerMount mount : container.mounts()) {
                Matcher volume = VOLUME.matcher(mount.source());
                if (mount.isBind() && volume.matches()) {
                    Path link = host.path(volume.group(1)).resolve("..data");
                    if (Files.isSymbolicLink(link)) {
                        found.put(
                                volume.group(1),
                                DataDirectory.newBuilder()
                                        .setPlugin(volume.group(2))
                                        .setVolume(volume.group(3))
                                        .setName(Files.readSymbolicLink(link).toString())
                                        .build());
                    }
                }
            }
        }
        return List.copyOf(found.values());
    }
}
