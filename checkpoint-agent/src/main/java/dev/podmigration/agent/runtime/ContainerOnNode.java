package dev.podmigration.agent.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * One container. Paths are absolute and as the node names them; see {@code Host.path}.
 *
 * @param pid of the container's first process; empty while it does not run
 * @param rootDirectory the container's root with all layers
 * @param writableLayer what the container added to its image (the overlay's upper directory);
 *     belongs to {@code rootDirectory}, so look, but never write here while that is mounted
 * @param bundle the directory of the OCI configuration
 * @param checkpointDirectory where CRI-O lets CRIU write images while it serves a checkpoint call
 * @param logPath the file that the kubelet reads as the container's log
 */
public record ContainerOnNode(
        String name,
        String id,
        OptionalLong pid,
        String rootDirectory,
        String writableLayer,
        String bundle,
        String checkpointDirectory,
        String logPath,
        List<ContainerMount> mounts) {

    /** The last part of {@code checkpointDirectory}. */
    public static final Path CHECKPOINT = Path.of("userdata", "checkpoint");

    public ContainerOnNode {
        mounts = List.copyOf(mounts);
    }

    public boolean isRunning() {
        return pid.isPresent();
    }
}
