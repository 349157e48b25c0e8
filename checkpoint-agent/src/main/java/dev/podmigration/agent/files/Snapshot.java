package dev.podmigration.agent.files;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the target has of a tree after a round; the next round sends the difference. Immutable. */
public final class Snapshot {
    private final Map<TreePath, Known> files;
    private final TreeTotals sent;

    Snapshot(Map<TreePath, Known> files, TreeTotals sent) {
        this.files = new LinkedHashMap<>(files);
        this.sent = sent;
    }

    /** Before the first round. */
    public static Snapshot none() {
        return new Snapshot(Map.of(), TreeTotals.NONE);
    }

    /** What the round that led to this snapshot has sent. */
    public TreeTotals sent() {
        return sent;
    }

    /** In the order of the scan: parents before children. */
    Map<TreePath, Known> files() {
        return files;
    }
}
