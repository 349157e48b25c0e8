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
 * the freeze begins.
 */
final class FrameSpool {

    private final Path file;
    private @Nullable OutputStream out;

    FrameSpool(Path file) {
        this.file = file;
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

    /** Hands over all frames in their order; the spool is empty afterwards. */
    void replay(TreeWriter writer) throws IOException, AgentFailure {
        OutputStream open = out;
        if (open == null) {
            return;
        }
        open.close();
        out = null;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            FileFrame frame = FileFrame.parseDelimitedFrom(in);
            while (frame != null) {
                writer.apply(frame);
                frame = FileFrame.parseDelimitedFrom(in);
            }
        }
        writer.endRound();
        Files.delete(file);
    }

    void delete() throws IOException {
        OutputStream open = out;
        if (open != null) {
            open.close();
            out = null;
        }
        Files.deleteIfExists(file);
    }
}
