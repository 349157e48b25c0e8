package dev.podmigration.agent.files;

import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.FileMetadata;
import dev.podmigration.agent.linux.FileStatus;
import dev.podmigration.agent.linux.OpenDirectory;
import dev.podmigration.agent.wire.FileEntry;

import java.util.HashMap;
import java.util.Map;

/**
 * What directories get when all in them is done: every change in a directory moves its time, and a
 * default access list would be handed on to what is made in it.
 */
final class PendingDirectories {
    private sealed interface Pending {
        /** The source described the directory. */
        record Described(FileEntry entry) implements Pending {}

        /** Something in it changed, by which the source's directory did not. */
        record Touched(FileStatus before) implements Pending {}
    }

    private final Map<TreePath, Pending> pending = new HashMap<>();

    /** To be called before something in a directory is changed. */
    void touch(TreePath path, OpenDirectory directory) throws ErrnoException {
        if (!pending.containsKey(path)) {
            pending.put(path, new Pending.Touched(directory.status()));
        }
    }

    void describe(TreePath path, FileEntry entry) {
        pending.put(path, new Pending.Described(entry));
    }

    void apply(OpenDirectory root) throws ErrnoException {
        for (Map.Entry<TreePath, Pending> directory : pending.entrySet()) {
            switch (directory.getValue()) {
                case Pending.Described described -> {
                    try (OpenDirectory open = root.directory(directory.getKey().bytes())) {
                        FileAttributes.apply(open.path(), described.entry());
                    }
                }
                case Pending.Touched touched -> restore(root, directory.getKey(), touched.before());
            }
        }
        pending.clear();
    }

    private static void restore(OpenDirectory root, TreePath path, FileStatus before)
            throws ErrnoException {
        try (OpenDirectory open = root.directory(path.bytes())) {
            FileMetadata.setTimes(open.path(), before.accessed(), before.modified());
        } catch (ErrnoException e) {
            if (!Vanished.is(e)) { // removed by a later record
                throw e;
            }
        }
    }
}
