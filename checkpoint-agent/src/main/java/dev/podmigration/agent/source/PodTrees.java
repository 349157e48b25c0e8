package dev.podmigration.agent.source;

import dev.podmigration.agent.files.Tree;
import dev.podmigration.agent.files.TreePath;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.peer.TreeNames;
import dev.podmigration.agent.runtime.ContainerMount;
import dev.podmigration.agent.runtime.ContainerOnNode;
import dev.podmigration.agent.runtime.PodOnNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The file trees that move with a pod: the writable layer of each container, emptyDir volumes,
 * /dev/shm.
 */
final class PodTrees {

    /**
     * {@code <kubelet root>/pods/<uid>/volumes/kubernetes.io~empty-dir/<volume>},
     * pkg/volume/emptydir of Kubernetes 1.36.
     */
    private static final Pattern EMPTY_DIR =
            Pattern.compile(
                    "(.*/pods/[^/]+/volumes/kubernetes\\.io~empty-dir/([a-z0-9][a-z0-9.-]*))(/.*)?");

    private PodTrees() {}

    static List<Tree> of(Host host, PodOnNode pod) {
        List<Tree> trees = new ArrayList<>();
        Map<String, Tree> volumes = new LinkedHashMap<>();
        for (ContainerOnNode container : pod.containers()) {
            Set<TreePath> mounts =
                    container.mounts().stream()
                            .map(
                                    mount ->
                                            TreePath.of(
                                                    mount.containerPath().replaceFirst("^/+", "")))
                            .collect(Collectors.toSet());
            trees.add(
                    Tree.overlay(
                            TreeNames.root(container.name()),
                            host.path(container.writableLayer()),
                            host.path(container.rootDirectory()),
                            mounts));
            for (ContainerMount mount : container.mounts()) {
                Matcher emptyDir = EMPTY_DIR.matcher(mount.source());
                if (mount.isBind() && emptyDir.matches()) {
                    String name = TreeNames.volume(emptyDir.group(2));
                    volumes.putIfAbsent(name, Tree.directory(name, host.path(emptyDir.group(1))));
                }
            }
        }
        trees.addAll(volumes.values());
        pod.shmDirectory()
                .ifPresent(shm -> trees.add(Tree.directory(TreeNames.SHM, host.path(shm))));
        return trees;
    }
}
