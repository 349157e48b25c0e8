package dev.podmigration.agent.files;

import dev.podmigration.agent.wire.FileFrame;
import dev.podmigration.agent.wire.FileRecord;

import java.io.IOException;

/**
 * Gathers records of one tree into frames: thousands of small files must not cost as many messages.
 */
final class FrameBatch {
    /**
     * A frame is sent when it has reached this size; one with a full stretch of data is a little
     * larger.
     */
    static final int TARGET_BYTES = 1 << 20;

    private final String tree;
    private final FileSink sink;
    private FileFrame.Builder frame;
    private int bytes;
    private TreeTotals totals = TreeTotals.NONE;

    FrameBatch(String tree, FileSink sink) {
        this.tree = tree;
        this.sink = sink;
        this.frame = FileFrame.newBuilder().setTree(tree);
    }

    void add(FileRecord record) throws IOException {
        int size = record.getSerializedSize();
        if (bytes > 0 && bytes + size > TARGET_BYTES) {
            flush();
        }
        frame.addRecords(record);
        bytes += size;
        totals = totals.plus(new TreeTotals(1, record.getData().getContent().size()));
    }

    /** Everything added so far. */
    TreeTotals totals() {
        return totals;
    }

    void flush() throws IOException {
        if (bytes > 0) {
            sink.send(frame.build());
            frame = FileFrame.newBuilder().setTree(tree);
            bytes = 0;
        }
    }
}
