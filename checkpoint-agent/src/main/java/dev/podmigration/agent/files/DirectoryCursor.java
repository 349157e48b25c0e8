package dev.podmigration.agent.files;

import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.OpenDirectory;

import org.jspecify.annotations.Nullable;

/** Keeps the directory that was asked for last open: neighbours come one after the other. */
final class DirectoryCursor implements AutoCloseable {
    private final OpenDirectory root;
    private @Nullable TreePath path;
    private @Nullable OpenDirectory open;

    DirectoryCursor(OpenDirectory root) {
        this.root = root;
    }

    /** The directory, until another one is asked for. */
    OpenDirectory at(TreePath directory) throws ErrnoException {
        if (open != null && directory.equals(path)) {
            return open;
        }
        close();
        OpenDirectory opened = root.directory(directory.bytes());
        open = opened;
        path = directory;
        return opened;
    }

    /** Also to be called when a directory is removed: its path may come to mean another one. */
    @Override
    public void close() throws ErrnoException {
        OpenDirectory last = open;
        open = null;
        path = null;
        if (last != null) {
            last.close();
        }
    }
}
