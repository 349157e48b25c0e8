package dev.podmigration.agent.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.FileFrame;
import dev.podmigration.agent.wire.FileRecord;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A sender and a writer with a wire between them; remembers what went over it. */
final class Copier implements AutoCloseable {
    private final Tree tree;
    private final TreeWriter writer;
    private final List<FileRecord> lastRound = new ArrayList<>();

    /** Something that happens to files. */
    interface IORunnable {
        void run() throws IOException;
    }

    private Snapshot snapshot = Snapshot.none();

    Copier(Tree tree, TargetTree target) throws IOException {
        this.tree = tree;
        this.writer = new TreeWriter(Map.of(tree.name(), target));
    }

    void round(Round round) throws IOException, AgentFailure {
        round(round, Set.of());
    }

    void round(Round round, Set<FileIdentity> mapped) throws IOException, AgentFailure {
        List<FileFrame> frames = new ArrayList<>();
        snapshot = new TreeSender().sendChanges(tree, snapshot, mapped, round, frames::add);
        apply(frames);
    }

    /** A round in which something happens as soon as the first frame has been sent. */
    void round(Round round, IORunnable meanwhile) throws IOException, AgentFailure {
        List<FileFrame> frames = new ArrayList<>();
        snapshot =
                new TreeSender()
                        .sendChanges(
                                tree,
                                snapshot,
                                Set.of(),
                                round,
                                frame -> {
                                    if (frames.isEmpty()) {
                                        meanwhile.run();
                                    }
                                    frames.add(frame);
                                });
        apply(frames);
    }

    private void apply(List<FileFrame> frames) throws IOException, AgentFailure {
        lastRound.clear();
        for (FileFrame frame : frames) {
            assertThat(frame.getSerializedSize()).isLessThan(2 << 20);
            writer.apply(FileFrame.parseFrom(frame.toByteString()));
            lastRound.addAll(frame.getRecordsList());
        }
        assertThat(writer.endRound()).isEqualTo(snapshot.sent());
    }

    /** Paths of the entries of the last round, as text. */
    List<String> sentEntries() {
        return lastRound.stream()
                .filter(FileRecord::hasEntry)
                .map(record -> record.getEntry().getPath().toStringUtf8())
                .toList();
    }

    TreeTotals sent() {
        return snapshot.sent();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
