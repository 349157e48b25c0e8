package dev.podmigration.agent.canary;

import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.HostTree;
import dev.podmigration.agent.host.NodeDirectories;
import dev.podmigration.agent.host.TmpfsMounts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether memory images can come to lie on a disk of this node, because their tmpfs is swapped. */
public final class SwapProof {

    private static final String ABILITY = "NoSwap";
    private static final String PROBE = NodeDirectories.STATE + "/swap-probe";
    private static final long PROBE_BYTES = 4096;

    private final Host host;
    private final TmpfsMounts mounts;

    public SwapProof(Host host, TmpfsMounts mounts) {
        this.host = host;
        this.mounts = mounts;
    }

    public Proof prove() throws IOException, InterruptedException {
        Path probe = host.path(PROBE);
        boolean kept;
        try {
            kept = mounts.mount(probe, PROBE_BYTES) == TmpfsMounts.Pages.IN_MEMORY;
        } finally {
            mounts.unmount(probe);
            HostTree.delete(probe);
        }
        if (kept) {
            return new Proof(ABILITY, true, "Memory images are kept out of the swap.");
        }
        return swapIsOn()
                ? new Proof(
                        ABILITY,
                        false,
                        "This kernel has no tmpfs without swap (noswap, Linux 6.4) and the node"
                                + " swaps: memory images can come to lie on its disk.")
                : new Proof(
                        ABILITY,
                        true,
                        "The node has no swap; this kernel could not keep memory images out of it"
                                + " (noswap, Linux 6.4).");
    }

    /** {@code /proc/swaps} has a line of headings and one for each place to swap to: proc(5). */
    private boolean swapIsOn() throws IOException {
        return Files.readAllLines(host.path("/proc/swaps")).size() > 1;
    }
}
