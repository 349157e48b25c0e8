package dev.podmigration.agent.files;

/** What one round carried: records and bytes of file content. */
public record TreeTotals(long records, long dataBytes) {
    static final TreeTotals NONE = new TreeTotals(0, 0);

    TreeTotals plus(TreeTotals other) {
        return new TreeTotals(records + other.records, dataBytes + other.dataBytes);
    }
}
