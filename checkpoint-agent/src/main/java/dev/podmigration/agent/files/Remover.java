package dev.podmigration.agent.files;

import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.FileStatus;
import dev.podmigration.agent.linux.OpenDirectory;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Removes files and directories with all below them; leaves mount destinations, and the directories
 * above them, alone.
 */
final class Remover {
    private final OpenDirectory root;
    private final Exclusions exclusions;

    Remover(OpenDirectory root, Exclusions exclusions) {
        this.root = root;
        this.exclusions = exclusions;
    }

    /**
     * @param directory the one that holds the path, open
     */
    void remove(OpenDirectory directory, TreePath path) throws ErrnoException {
        Optional<FileStatus> status = directory.status(path.name());
        if (status.isEmpty()) {
            return;
        }
        if (status.get().type() != FileStatus.Type.DIRECTORY) {
            directory.removeFile(path.name());
            return;
        }
        empty(path);
        if (!exclusions.isAboveMount(path)) {
            directory.removeDirectory(path.name());
        }
    }

    /**
     * Removes everything in a directory. Not by recursion: it may be as deep as a path can be long.
     */
    void empty(TreePath top) throws ErrnoException {
        List<TreePath> directories = new ArrayList<>();
        directories.add(top);
        for (int i = 0; i < directories.size(); i++) {
            TreePath path = directories.get(i);
            try (OpenDirectory directory = root.directory(path.bytes())) {
                for (byte[] name : directory.names()) {
                    TreePath child = path.child(name);
                    if (exclusions.isMount(child)) {
                        continue;
                    }
                    Optional<FileStatus> status = directory.status(name);
                    if (status.isPresent() && status.get().type() == FileStatus.Type.DIRECTORY) {
                        directories.add(child);
                    } else if (status.isPresent()) {
                        directory.removeFile(name);
                    }
                }
            }
        }
        for (TreePath path : directories.subList(1, directories.size()).reversed()) {
            if (!exclusions.isAboveMount(path)) {
                try (OpenDirectory parent = root.directory(path.parent().bytes())) {
                    parent.removeDirectory(path.name());
                }
            }
        }
    }
}
