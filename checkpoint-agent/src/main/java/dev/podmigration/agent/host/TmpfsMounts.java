package dev.podmigration.agent.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Memory file systems of the node, made and removed by the node's own mount program, since mounts
 * belong to its namespace.
 */
public final class TmpfsMounts {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** What the node's list of mounts shows as the source. */
    private static final String NAME = "podmigration";

    private final Host host;
    private final HostCommand command;

    public TmpfsMounts(Host host, HostCommand command) {
        this.host = host;
        this.command = command;
    }

    /**
     * Puts an empty file system on a directory, unless there is one already.
     *
     * @param sizeBytes a write beyond that fails with ENOSPC
     */
    public void mount(Path directory, long sizeBytes) throws IOException, InterruptedException {
        if (isMounted(directory)) {
            return;
        }
        Files.createDirectories(directory);
        command.run(
                        LIMIT,
                        "mount",
                        "-t",
                        "tmpfs",
                        "-o",
                        "mode=0700,size=" + sizeBytes,
                        NAME,
                        host.nameOnNode(directory))
                .orThrow();
    }

    /** Removes the file system with all that is in it; a directory without one is fine. */
    public void unmount(Path directory) throws IOException, InterruptedException {
        if (isMounted(directory)) {
            command.run(LIMIT, "umount", "--lazy", host.nameOnNode(directory)).orThrow();
        }
    }

    /** All file systems of this kind, as this process sees them. */
    public List<Path> mounted() throws IOException {
        return MountInfo.of(host, 1).stream()
                .filter(mount -> mount.type().equals("tmpfs") && mount.source().equals(NAME))
                .map(mount -> host.path(mount.mountPoint()))
                .toList();
    }

    private boolean isMounted(Path directory) throws IOException {
        String name = host.nameOnNode(directory);
        return MountInfo.of(host, 1).stream().anyMatch(mount -> mount.mountPoint().equals(name));
    }
}
