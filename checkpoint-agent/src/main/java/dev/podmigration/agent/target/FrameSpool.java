package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.files.TreeWriter;
import dev.podmigration.agent.wire.FileFrame;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Frames that came before there was a place to write them to: only the first container exists when
 * the freeze begins, and of a pod that keeps its name none.
 */
final class FrameSpool {

    private final Path file;
    private final boolean kept;
    private @Nullable OutputStream out;

    private FrameSpool(Path file, boolean kept) {
        this.file = file;
        this.kept = kept;
    }

    /** Frames that are handed over once. */
    static FrameSpool once(Path file) {
        return new FrameSpool(file, false);
    }

    /** Frames that stay, because what they are written to may be made anew. */
    static FrameSpool kept(Path file) {
        return new FrameSpool(file, true);
    }

    void add(FileFrame frame) throws IOException {
        OutputStream open = out;
        if (open == null) {
            Files.createDirectories(file.getParent());
            open = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
            out = open;
        }
        frame.writeDelimitedTo(open);
    }

    /** Everything that was added is in the file, for another spool of it to hand over. */
    void seal() throws IOException {
        OutputStream open = out;
        if (open != null) {
            open.close();
            out = null;
        }
    }

    /** Hands over all frames in their order, if there are any. */
    void replay(TreeWriter writer) throws IOException, AgentFailure {
        seal();
        if (!Files.exists(file)) {
            return;
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            FileFrame frame = FileFrame.parseDelimitedFrom(in);
            while (frame != null) {
                writer.apply(frame);
                frame = FileFrame.parseDelimitedFrom(in);
            }
        }
        writer.endRound();
        if (!kept) {
            Files.delete(file);
        }
    }

    /** The spool is of no use any more; one that is kept goes with its directory. */
    void delete() throws IOException {
        seal();
        if (!kept) {
            Files.deleteIfExists(file);
        }
    }
}
