package dev.podmigration.agent.files;

import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.OpenDirectory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Mount destinations of a tree: what is there belongs to the mount, not to the tree.
 *
 * <p>A destination such as {@code /var/run/secrets} may lead through a symbolic link of the image
 * ({@code /var/run} to {@code /run}); the runtime mounted where it led inside the root, so it is
 * followed here the same way.
 */
final class Exclusions {
    /** As many as the kernel follows (MAXSYMLINKS). */
    private static final int MAX_LINKS = 40;

    private static final byte[] SELF = {'.'};
    private static final byte[] PARENT = {'.', '.'};

    private final Set<TreePath> mounts;

    private Exclusions(Set<TreePath> mounts) {
        this.mounts = mounts;
    }

    static Exclusions resolve(OpenDirectory root, Set<TreePath> destinations)
            throws ErrnoException {
        Set<TreePath> mounts = new HashSet<>();
        for (TreePath destination : destinations) {
            mounts.add(follow(root, destination));
        }
        return new Exclusions(mounts);
    }

    /** Whether a mount is at exactly this path. */
    boolean isMount(TreePath path) {
        return mounts.contains(path);
    }

    /** Whether the path is a mount or lies inside one. */
    boolean covers(TreePath path) {
        if (mounts.isEmpty()) {
            return false;
        }
        for (TreePath at = path; !at.isRoot(); at = at.parent()) {
            if (mounts.contains(at)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a mount is somewhere below the path. */
    boolean isAboveMount(TreePath path) {
        return mounts.stream().anyMatch(mount -> mount.startsWith(path) && !mount.equals(path));
    }

    private static TreePath follow(OpenDirectory root, TreePath destination) throws ErrnoException {
        Deque<byte[]> ahead = new ArrayDeque<>(destination.names());
        TreePath reached = TreePath.ROOT;
        int links = 0;
        while (!ahead.isEmpty()) {
            byte[] name = ahead.removeFirst();
            if (Arrays.equals(name, PARENT)) {
                reached = reached.isRoot() ? reached : reached.parent();
                continue;
            }
            Optional<byte[]> link = linkAt(root, reached, name);
            if (link.isEmpty()) {
                reached = reached.child(name);
                continue;
            }
            links++;
            if (links > MAX_LINKS) {
                return destination;
            }
            if (link.get()[0] == '/') {
                reached = TreePath.ROOT;
            }
            components(link.get()).reversed().forEach(ahead::addFirst);
        }
        return reached;
    }

    private static List<byte[]> components(byte[] path) {
        List<byte[]> components = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= path.length; i++) {
            if (i == path.length || path[i] == '/') {
                byte[] name = Arrays.copyOfRange(path, start, i);
                if (name.length > 0 && !Arrays.equals(name, SELF)) {
                    components.add(name);
                }
                start = i + 1;
            }
        }
        return components;
    }

    private static Optional<byte[]> linkAt(OpenDirectory root, TreePath directory, byte[] name)
            throws ErrnoException {
        try (OpenDirectory open = root.directory(directory.bytes())) {
            return open.readLink(name);
        } catch (ErrnoException e) {
            // What does not exist, or is a mount already, cannot lead elsewhere.
            if (Vanished.is(e) || e.is("EXDEV")) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
