package dev.podmigration.agent.files;

import dev.podmigration.agent.linux.FileStatus;

/** What a scan found under one path. */
sealed interface Scanned {
    TreePath path();

    /**
     * A file of the tree.
     *
     * @param whole whether nothing of the directory comes from the image at the same path: it and
     *     all below it have to move, and what the target has there does not belong to it
     */
    record Present(TreePath path, FileStatus status, boolean whole) implements Scanned {
        boolean is(FileStatus.Type type) {
            return status.type() == type;
        }

        /** Whether other names of the file may exist. */
        boolean mayBeLinked() {
            return status.links() > 1 && !is(FileStatus.Type.DIRECTORY);
        }

        FileIdentity identity() {
            return FileIdentity.of(status);
        }
    }

    /** The overlay hides what the image has here. */
    record Absent(TreePath path) implements Scanned {}
}
