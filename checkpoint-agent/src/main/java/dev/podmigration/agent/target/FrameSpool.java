package dev.podmigration.agent.target;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.atrest.RestKey;
import dev.podmigration.agent.files.TreeWriter;
import dev.podmigration.agent.host.HostTree;
import dev.podmigration.agent.wire.FileFrame;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Frames that came before there was a place to write them to: only the first container exists when
 * the freeze begins, and of a pod that keeps its name none. On the disk they are encrypted.
 */
final class FrameSpool<T extends MessageLite> {

    private final Path file;
    private final RestKey key;
    private final Parser<T> parser;
    private final boolean kept;
    private boolean begun;
    private @Nullable OutputStream out;

    private FrameSpool(Path file, RestKey key, Parser<T> parser, boolean kept) {
        this.file = file;
        this.key = key;
        this.parser = parser;
        this.kept = kept;
    }

    /** Frames of files that are handed over once, by this process. */
    static FrameSpool<FileFrame> once(Path file) {
        return new FrameSpool<>(file, RestKey.ofThisProcess(), FileFrame.parser(), false);
    }

    /** Messages that stay, because what they are written to may be made anew. */
    static <T extends MessageLite> FrameSpool<T> kept(Path file, RestKey key, Parser<T> parser) {
        return new FrameSpool<>(file, key, parser, true);
    }

    void add(T frame) throws IOException {
        OutputStream open = out;
        if (open == null) {
            HostTree.create(file.getParent());
            open = key.seal(file);
            out = open;
            begun = true;
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

    /** Takes one message after another. */
    interface Taker<T> {
        void take(T message) throws IOException, AgentFailure;
    }

    /** Hands over all messages in their order, if there are any. */
    void forEach(Taker<T> taker) throws IOException, AgentFailure {
        seal();
        // What an agent before this one has left of a spool that is not kept nobody can read.
        if (kept ? Files.notExists(file) : !begun) {
            return;
        }
        try (InputStream in = new BufferedInputStream(key.open(file), 1 << 16)) {
            T message = parser.parseDelimitedFrom(in);
            while (message != null) {
                taker.take(message);
                message = parser.parseDelimitedFrom(in);
            }
        }
        if (!kept) {
            Files.delete(file);
            begun = false;
        }
    }

    /** Writes all frames, if there are any, and ends their round. */
    static void replay(FrameSpool<FileFrame> spool, TreeWriter writer)
            throws IOException, AgentFailure {
        boolean[] any = {false};
        spool.forEach(
                frame -> {
                    any[0] = true;
                    writer.apply(frame);
                });
        if (any[0]) {
            writer.endRound();
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
