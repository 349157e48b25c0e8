package dev.podmigration.agent.runtime;

import java.util.List;
import java.util.Optional;

/**
 * A pod as CRI-O holds it.
 *
 * @param networkNamespace a file that stands for it; empty with the node's own network
 * @param shmDirectory what the pod's containers see as /dev/shm; empty with the node's own IPC
 *     namespace
 * @param containers the newest of each name, in the order of their creation; without the pause
 *     container
 */
public record PodOnNode(
        String podUid,
        String namespace,
        String name,
        String sandboxId,
        String runtimeHandler,
        Optional<String> networkNamespace,
        Optional<String> shmDirectory,
        List<ContainerOnNode> containers) {

    public PodOnNode {
        containers = List.copyOf(containers);
    }

    public Optional<ContainerOnNode> container(String containerName) {
        return containers.stream()
                .filter(container -> container.name().equals(containerName))
                .findFirst();
    }
}
