package dev.podmigration.agent.files;

import java.nio.file.Path;
import java.util.Set;

/**
 * Where a tree is written on the target's node.
 *
 * @param root the volume's directory, or the MERGED view of the container: the kernel forbids
 *     changes of a mounted overlay's upper directory behind its back
 * @param excluded mount destinations in it, which no record may name
 * @param devicesAllowed whether device nodes may be created. They open the node's devices to
 *     whoever reaches them
 */
public record TargetTree(Path root, Set<TreePath> excluded, boolean devicesAllowed) {
    public TargetTree {
        excluded = Set.copyOf(excluded);
    }

    /** A tree without mounts in it and without devices. */
    public static TargetTree of(Path root) {
        return new TargetTree(root, Set.of(), false);
    }
}
