package dev.podmigration.agent.files;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.wire.FileFrame;
import dev.podmigration.agent.wire.FileRecord;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Applies frames to the trees of the target. The agent is root on the node and the frames are made
 * of what a container chose: no path leads out of its tree, through a link or across a mount.
 *
 * <p>After a failure the trees are of no use and the target pod is given up. Not thread-safe.
 */
public final class TreeWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;

    private final Map<String, TreeTarget> trees = new HashMap<>();
    private final Set<String> ended = new HashSet<>();
    private TreeTotals round = TreeTotals.NONE;

    /**
     * @param trees by the names that the source uses
     */
    public TreeWriter(Map<String, TargetTree> trees) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        try {
            for (Map.Entry<String, TargetTree> tree : trees.entrySet()) {
                this.trees.put(tree.getKey(), new TreeTarget(tree.getValue(), buffer));
            }
        } catch (IOException e) {
            closeAfter(e);
            throw e;
        }
    }

    /**
     * Applies the records of one tree.
     *
     * @throws AgentFailure TargetFull if there is no room, ChecksumMismatch if something arrived
     *     damaged, DeviceInUse for a device that is not allowed, InternalError for a record that a
     *     correct source does not send
     */
    public void apply(FileFrame frame) throws IOException, AgentFailure {
        TreeTarget tree = trees.get(frame.getTree());
        if (tree == null) {
            throw Malformed.record("of a tree that is not expected: " + frame.getTree());
        }
        ended.remove(frame.getTree());
        try {
            for (FileRecord record : frame.getRecordsList()) {
                Optional<TreeTotals> end = tree.apply(record);
                if (end.isPresent()) {
                    ended.add(frame.getTree());
                    round = round.plus(end.get());
                }
            }
        } catch (ErrnoException e) {
            throw translated(e, frame.getTree());
        }
    }

    /**
     * To be called when the source says that a round is over.
     *
     * @return what the round carried, all of it checked and in place
     * @throws AgentFailure ChecksumMismatch if a tree has not come to its end
     */
    public TreeTotals endRound() throws AgentFailure {
        Set<String> missing = new TreeSet<>(trees.keySet());
        missing.removeAll(ended);
        if (!missing.isEmpty()) {
            throw new AgentFailure(
                    FailureReason.ChecksumMismatch,
                    "Files of these trees are incomplete: " + missing);
        }
        TreeTotals totals = round;
        round = TreeTotals.NONE;
        ended.clear();
        return totals;
    }

    /** Makes everything survive a power failure. Slow: for after the freeze. */
    public void sync() throws IOException {
        for (TreeTarget tree : trees.values()) {
            tree.sync();
        }
    }

    @Override
    public void close() throws IOException {
        IOException first = null;
        for (TreeTarget tree : trees.values()) {
            try {
                tree.close();
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private void closeAfter(IOException failure) {
        try {
            close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static AgentFailure translated(ErrnoException e, String tree) throws ErrnoException {
        if (e.is("ENOSPC", "EDQUOT")) {
            return new AgentFailure(
                    FailureReason.TargetFull, "No room for the files of " + tree, e);
        }
        if (e.is("ELOOP", "EXDEV")) {
            return new AgentFailure(
                    FailureReason.InternalError,
                    "Refused a path of " + tree + " that leads out of it",
                    e);
        }
        throw e;
    }
}
