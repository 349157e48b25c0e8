package dev.podmigration.agent.files;

import dev.podmigration.agent.files.Scanned.Absent;
import dev.podmigration.agent.files.Scanned.Present;
import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.ExtendedAttributes;
import dev.podmigration.agent.linux.FileStatus;
import dev.podmigration.agent.linux.OpenDirectory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Finds everything of a tree that may differ from what the target has of it, parents before
 * children. Opens no file.
 *
 * <p>The upper directory of an overlay only gives names; what is under a name is asked of the
 * merged view. A name that the merged view does not show is a whiteout of whatever style.
 */
final class TreeScan {
    private final Tree tree;
    private final OpenDirectory changed;
    private final OpenDirectory content;
    private final Exclusions exclusions;
    private final Round round;
    private final List<Scanned> found = new ArrayList<>();
    private final Deque<Pending> pending = new ArrayDeque<>();

    /** A directory whose names are still to be read. */
    private record Pending(TreePath path, boolean whole) {}

    TreeScan(
            Tree tree,
            OpenDirectory changed,
            OpenDirectory content,
            Exclusions exclusions,
            Round round) {
        this.tree = tree;
        this.changed = changed;
        this.content = content;
        this.exclusions = exclusions;
        this.round = round;
    }

    List<Scanned> run() throws ErrnoException {
        FileStatus root = content.status();
        boolean whole = tree.kind() == Tree.Kind.DIRECTORY;
        found.add(new Present(TreePath.ROOT, root, whole));
        pending.add(new Pending(TreePath.ROOT, whole));
        while (!pending.isEmpty()) {
            Pending next = pending.removeLast();
            try {
                read(next, root.mountId());
            } catch (ErrnoException e) {
                boolean gone = round == Round.RUNNING && Vanished.is(e);
                boolean mounted = e.is("EXDEV");
                if (!gone && !mounted) {
                    throw e;
                }
            }
        }
        return found;
    }

    private void read(Pending directory, long mount) throws ErrnoException {
        byte[] path = directory.path.bytes();
        try (OpenDirectory shown = content.directory(path)) {
            if (directory.whole) {
                for (byte[] name : shown.names()) {
                    add(directory.path.child(name), shown.status(name), true, mount);
                }
                return;
            }
            try (OpenDirectory upper = changed.directory(path)) {
                for (byte[] name : upper.names()) {
                    Optional<FileStatus> status = shown.status(name);
                    boolean startsAnew =
                            status.isPresent()
                                    && status.get().type() == FileStatus.Type.DIRECTORY
                                    && hidesImage(upper, name);
                    add(directory.path.child(name), status, startsAnew, mount);
                }
            }
        }
    }

    private void add(TreePath path, Optional<FileStatus> status, boolean whole, long mount) {
        if (exclusions.isMount(path)) {
            return;
        }
        if (status.isEmpty()) {
            found.add(new Absent(path));
            return;
        }
        if (status.get().mountId() != mount) {
            return;
        }
        Present present = new Present(path, status.get(), whole);
        found.add(present);
        if (present.is(FileStatus.Type.DIRECTORY)) {
            pending.addLast(new Pending(path, whole));
        }
    }

    /**
     * Whether a directory of the upper layer does not continue the image's directory of the same
     * path: opaque, or renamed from elsewhere (redirect). The attributes are called {@code
     * user.overlay.*} in a mount with {@code userxattr}.
     */
    private boolean hidesImage(OpenDirectory upper, byte[] name) throws ErrnoException {
        try {
            return isOpaqueOrRedirected(upper, name);
        } catch (ErrnoException e) {
            if (round == Round.RUNNING && Vanished.is(e)) {
                return false;
            }
            throw e;
        }
    }

    private static boolean isOpaqueOrRedirected(OpenDirectory upper, byte[] name)
            throws ErrnoException {
        for (String attribute : ExtendedAttributes.names(upper.path(name))) {
            switch (attribute) {
                case "trusted.overlay.redirect", "user.overlay.redirect" -> {
                    return true;
                }
                case "trusted.overlay.opaque", "user.overlay.opaque" -> {
                    // "x" says only that whiteouts in it are attributes, not devices.
                    Optional<byte[]> value = ExtendedAttributes.get(upper.path(name), attribute);
                    if (value.isPresent() && Arrays.equals(value.get(), new byte[] {'y'})) {
                        return true;
                    }
                }
                default -> {}
            }
        }
        return false;
    }
}
