package dev.podmigration.agent.host;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Memory file systems of the node, made and removed by the node's own mount program, since mounts
 * belong to its namespace.
 */
public final class TmpfsMounts {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** What the node's list of mounts shows as the source. */
    private static final String NAME = "podmigration";

    /**
     * Keeps the pages out of the swap, which is a disk. Linux 6.4 and newer; tmpfs(5). Older ones
     * refuse the mount.
     */
    private static final String NO_SWAP = ",noswap";

    /** {@code mnt_roots} in criu/mount.c, 3.17 to 4.1. */
    private static final Pattern CRIUS = Pattern.compile("/tmp/\\.criu\\.mntns\\.[A-Za-z0-9]{6}");

    private static final Logger LOG = LoggerFactory.getLogger(TmpfsMounts.class);

    private final Host host;
    private final HostCommand command;

    public TmpfsMounts(Host host, HostCommand command) {
        this.host = host;
        this.command = command;
    }

    /** Where the kernel may put what is in a file system. */
    public enum Pages {
        IN_MEMORY,
        IN_MEMORY_OR_SWAP
    }

    /**
     * Puts an empty file system on a directory, unless there is one already.
     *
     * @param sizeBytes a write beyond that fails with ENOSPC
     */
    public Pages mount(Path directory, long sizeBytes) throws IOException, InterruptedException {
        Optional<MountInfo> before = mounted(directory);
        if (before.isPresent()) {
            return before.get().superOptions().contains("noswap")
                    ? Pages.IN_MEMORY
                    : Pages.IN_MEMORY_OR_SWAP;
        }
        Files.createDirectories(directory);
        String options = "mode=0700,size=" + sizeBytes;
        if (mount(directory, options + NO_SWAP).succeeded()) {
            return Pages.IN_MEMORY;
        }
        mount(directory, options).orThrow();
        return Pages.IN_MEMORY_OR_SWAP;
    }

    private CommandResult mount(Path directory, String options)
            throws IOException, InterruptedException {
        return command.run(
                LIMIT, "mount", "-t", "tmpfs", "-o", options, NAME, host.nameOnNode(directory));
    }

    /** Removes the file system with all that is in it; a directory without one is fine. */
    public void unmount(Path directory) throws IOException, InterruptedException {
        if (mounted(directory).isPresent()) {
            command.run(LIMIT, "umount", "--lazy", host.nameOnNode(directory)).orThrow();
        }
    }

    /** All file systems of this kind on directories of this name, as this process sees them. */
    public List<Path> onDirectoriesNamed(Path name) throws IOException {
        return MountInfo.of(host, 1).stream()
                .filter(mount -> mount.type().equals("tmpfs") && mount.source().equals(NAME))
                .map(mount -> host.path(mount.mountPoint()))
                .filter(directory -> directory.endsWith(name))
                .toList();
    }

    /**
     * Removes the file systems in which CRIU puts the mounts of a container together, and which one
     * that was killed has left on the node. As long as any CRIU works they may be its own.
     */
    public void removeLeftByCriu() throws IOException, InterruptedException {
        // First: a CRIU that is not seen afterwards has none of these.
        List<String> found =
                MountInfo.of(host, 1).stream()
                        .filter(mount -> mount.type().equals("tmpfs"))
                        .map(MountInfo::mountPoint)
                        .filter(name -> CRIUS.matcher(name).matches())
                        .toList();
        if (found.isEmpty() || isCriuAtWork()) {
            return;
        }
        for (String directory : found) {
            LOG.info("A CRIU that was killed has left {}: it is removed", directory);
            command.run(LIMIT, "umount", "--lazy", directory).orThrow();
            command.run(LIMIT, "rmdir", directory).orThrow();
        }
    }

    private boolean isCriuAtWork() throws IOException {
        try (DirectoryStream<Path> processes =
                Files.newDirectoryStream(host.path("/proc"), "[1-9]*")) {
            for (Path process : processes) {
                if (isCriu(process)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static boolean isCriu(Path process) {
        try {
            return Files.readSymbolicLink(process.resolve("exe")).endsWith("criu");
        } catch (IOException ended) {
            return false;
        }
    }

    private Optional<MountInfo> mounted(Path directory) throws IOException {
        String name = host.nameOnNode(directory);
        return MountInfo.of(host, 1).stream()
                .filter(mount -> mount.mountPoint().equals(name))
                .findFirst();
    }
}
