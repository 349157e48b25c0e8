package dev.podmigration.agent.host;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Mounts that somebody left below a directory of ours: what is below a bind mount is not ours to
 * delete.
 */
public final class MountsBelow {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private MountsBelow() {}

    /**
     * Detaches every mount below a directory of the node, the deepest and latest first.
     *
     * @param directory as the node names it
     */
    public static void detach(Host host, HostCommand command, String directory)
            throws IOException, InterruptedException {
        List<MountInfo> mounts = MountInfo.of(host, 1);
        for (MountInfo mount : mounts.reversed()) {
            if (mount.mountPoint().startsWith(directory + "/")) {
                command.run(LIMIT, "umount", "--lazy", mount.mountPoint()).orThrow();
            }
        }
    }
}
