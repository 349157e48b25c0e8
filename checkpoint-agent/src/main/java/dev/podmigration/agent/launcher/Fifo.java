package dev.podmigration.agent.launcher;

import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.SpecialFiles;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A named pipe, always opened for reading and writing: on Linux neither end then waits for the
 * other, and the pipe keeps what was written as long as any end is open.
 */
final class Fifo {

    private Fifo() {}

    /** Leaves an existing one as it is. */
    static void create(Path file) throws IOException {
        try {
            SpecialFiles.createFifo(file, 0600);
        } catch (ErrnoException e) {
            if (!e.is("EEXIST")) {
                throw e;
            }
        }
    }

    static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** One line to whoever has the pipe open now; lost if nobody has. */
    static void writeLine(Path file, String line) throws IOException {
        if (line.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("more than one line: " + line);
        }
        try (FileChannel channel = open(file)) {
            // Shorter than PIPE_BUF, so that the kernel writes it in one piece.
            channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
        }
    }
}
