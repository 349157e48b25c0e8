package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;
import static dev.podmigration.agent.linux.SystemCall.POINTER;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/** A file descriptor of this process, closed once; always close-on-exec. */
final class Descriptor implements AutoCloseable {
    static final int READ_ONLY = 0;
    static final int CLOSE_ON_EXEC = 0x80000;

    private static final SystemCall OPEN = SystemCall.ofInt("open", POINTER, INT);
    private static final SystemCall CLOSE = SystemCall.ofInt("close", INT);

    private final int number;
    private final String subject;
    private final AtomicBoolean closed = new AtomicBoolean();

    Descriptor(long number, Object subject) {
        this.number = Math.toIntExact(number);
        this.subject = subject.toString();
    }

    /** Opens an existing file or directory; follows a symbolic link. */
    static Descriptor open(Path path, int flags) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            return new Descriptor(
                    OPEN.call(path, FilePath.allocate(arena, path), flags | CLOSE_ON_EXEC), path);
        }
    }

    /** The number to pass to a system call. */
    int number() {
        if (closed.get()) {
            throw new IllegalStateException("already closed: " + subject);
        }
        return number;
    }

    @Override
    public void close() throws ErrnoException {
        if (closed.compareAndSet(false, true)) {
            CLOSE.call(subject, number);
        }
    }

    @Override
    public String toString() {
        return subject;
    }
}
