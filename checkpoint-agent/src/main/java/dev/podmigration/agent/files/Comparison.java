package dev.podmigration.agent.files;

import dev.podmigration.agent.files.Scanned.Present;
import dev.podmigration.agent.linux.FileStatus;
import dev.podmigration.agent.linux.OpenFile;

import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Decides of each file that a scan found what the target needs of it. Parents have to be asked
 * about before their children.
 */
final class Comparison {
    /** What the target needs. */
    enum Need {
        NOTHING,
        /** Owner, times and so on; the content is right. */
        METADATA,
        ALL,
        /** A directory out of which everything has to go first. */
        ALL_ANEW
    }

    private final Map<TreePath, Known> before;
    private final Set<FileIdentity> mapped;
    private final Round round;
    private final boolean inMemory;
    private final DirectoryCursor directories;
    private final FileReader reader;
    private final Set<TreePath> anew = new HashSet<>();

    Comparison(
            Snapshot before,
            Set<FileIdentity> mapped,
            Round round,
            boolean inMemory,
            DirectoryCursor directories,
            FileReader reader) {
        this.before = before.files();
        this.mapped = mapped;
        this.round = round;
        this.inMemory = inMemory;
        this.directories = directories;
        this.reader = reader;
    }

    Need of(Present file) throws IOException {
        boolean below = !file.path().isRoot() && anew.contains(file.path().parent());
        if (file.is(FileStatus.Type.DIRECTORY) && (below || beginsAnew(file))) {
            anew.add(file.path());
            return Need.ALL_ANEW;
        }
        if (below
                || !(before.get(file.path()) instanceof Known.Sent sent)
                || !sent.isStill(file.status())) {
            return Need.ALL;
        }
        if (round == Round.RUNNING) {
            return Need.NOTHING; // the stopped round looks closer
        }
        if (mapped.contains(file.identity()) || hidesChange(file, sent)) {
            return Need.ALL;
        }
        // Reading a link moves its access time, so that ours would look like a change.
        boolean accessed =
                !file.is(FileStatus.Type.SYMBOLIC_LINK)
                        && !sent.accessed().equals(file.status().accessed());
        if (!accessed) {
            return Need.NOTHING;
        }
        return file.is(FileStatus.Type.DIRECTORY) ? Need.ALL : Need.METADATA;
    }

    /** Whether the target may have things in the directory that do not belong there. */
    private boolean beginsAnew(Present directory) {
        return directory.whole()
                && !(before.get(directory.path()) instanceof Known.Sent sent
                        && sent.whole()
                        && sent.identity().equals(directory.identity()));
    }

    private boolean hidesChange(Present file, Known.Sent sent) throws IOException {
        if (!inMemory || !file.is(FileStatus.Type.REGULAR)) {
            return false;
        }
        try (OpenFile open = directories.at(file.path().parent()).read(file.path().name())) {
            return reader.read(open, file.status().size()).sum() != sent.contentSum();
        }
    }
}
