package dev.podmigration.agent.files;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.linux.OpenDirectory;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Set;

/**
 * Sends trees, whole or what changed. Starts no programs; a scan of unchanged files costs one
 * system call for each.
 *
 * <p>A change is seen by inode, change time, size and mode. Three kinds of changes would hide from
 * that:
 *
 * <ul>
 *   <li>one in the same tick of the kernel's clock as the round that read the file: a file that
 *       changed just before or during a round is sent again by the next, as git does with "racily
 *       clean" files;
 *   <li>stores through a shared mapping into a page that is dirty already: the caller names such
 *       files, see {@link SharedMappings};
 *   <li>stores through a shared mapping of a tmpfs, which moves no time stamp at all once the page
 *       was only read: files in memory are compared by checksum when the pod is stopped.
 * </ul>
 *
 * Thread-safe: it keeps nothing between calls.
 */
public final class TreeSender {
    private final InstantSource clock;

    public TreeSender() {
        this(InstantSource.system());
    }

    TreeSender(InstantSource clock) {
        this.clock = clock;
    }

    /** The first round, while the pod runs. */
    public Snapshot sendAll(Tree tree, FileSink sink) throws IOException, AgentFailure {
        return sendChanges(tree, Snapshot.none(), Set.of(), Round.RUNNING, sink);
    }

    /**
     * A further round: what differs from {@code before}.
     *
     * @param mapped files that some process of the pod had mapped shared and writable at any time
     *     since before the first round began; sent again in a {@link Round#STOPPED} round whatever
     *     their times say
     * @throws AgentFailure if a file could not be read, or changed in a stopped round
     * @throws IOException what the sink threw, or that the tree itself cannot be reached
     */
    public Snapshot sendChanges(
            Tree tree, Snapshot before, Set<FileIdentity> mapped, Round round, FileSink sink)
            throws IOException, AgentFailure {
        try (OpenDirectory changed = OpenDirectory.open(tree.changed());
                OpenDirectory content = OpenDirectory.open(tree.content())) {
            FrameBatch out = new FrameBatch(tree.name(), sink);
            TreeRound rounds =
                    new TreeRound(tree, content, before, mapped, round, clock.instant(), out);
            Exclusions exclusions = Exclusions.resolve(content, tree.excluded());
            return rounds.send(new TreeScan(tree, changed, content, exclusions, round).run());
        }
    }
}
