package dev.podmigration.agent.target;

import dev.podmigration.agent.wire.LogTail;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What the source's container has logged, put before what the restored one will log. The monitor of
 * the new container appends to its file only once the container runs, so this comes before. A
 * source that begins anew starts with offset 0 again and replaces what is there. Thread-safe.
 */
final class CarriedLog {

    /** What comes before the container's log file is known. */
    private final ByteArrayOutputStream early = new ByteArrayOutputStream();

    private @Nullable Path file;

    synchronized void add(LogTail tail) throws IOException {
        Path open = file;
        if (open != null) {
            write(open, tail.getOffset(), tail.getData().toByteArray());
            return;
        }
        if (tail.getOffset() == 0) {
            early.reset();
        }
        tail.getData().writeTo(early);
    }

    /** The file is known from now on. */
    synchronized void open(Path logFile) throws IOException {
        write(logFile, 0, early.toByteArray());
        early.reset();
        file = logFile;
    }

    private static void write(Path file, long offset, byte[] data) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (offset == 0) {
                channel.truncate(0);
            }
            ByteBuffer rest = ByteBuffer.wrap(data);
            while (rest.hasRemaining()) {
                channel.write(rest, offset + rest.position());
            }
        }
    }
}
