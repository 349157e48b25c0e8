package dev.podmigration.agent.files;

import dev.podmigration.agent.linux.FileStatus;
import dev.podmigration.agent.linux.OpenDirectory;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** How much of a tree a first round would send. */
public final class TreeSize {

    /** The unit of {@code st_blocks}, stat(3type). */
    private static final long BLOCK_BYTES = 512;

    private TreeSize() {}

    /**
     * Content of regular files without their holes, each once however many names it has. Opens no
     * file. Unit: bytes.
     */
    public static long bytes(Tree tree) throws IOException {
        try (OpenDirectory changed = OpenDirectory.open(tree.changed());
                OpenDirectory content = OpenDirectory.open(tree.content())) {
            Exclusions exclusions = Exclusions.resolve(content, tree.excluded());
            Set<FileIdentity> counted = new HashSet<>();
            long bytes = 0;
            for (Scanned found :
                    new TreeScan(tree, changed, content, exclusions, Round.RUNNING).run()) {
                if (found instanceof Scanned.Present present
                        && present.is(FileStatus.Type.REGULAR)
                        && counted.add(FileIdentity.of(present.status()))) {
                    FileStatus status = present.status();
                    bytes += Math.min(status.size(), status.blocks() * BLOCK_BYTES);
                }
            }
            return bytes;
        }
    }
}
