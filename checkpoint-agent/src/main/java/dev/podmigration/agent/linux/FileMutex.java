package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * An exclusive lock on a file by flock(2), as Go programs take it. {@link
 * java.nio.channels.FileLock} is of another kind (fcntl), which does not exclude this one.
 */
public final class FileMutex implements AutoCloseable {
    private static final SystemCall FLOCK = SystemCall.ofInt("flock", INT, INT);
    private static final int EXCLUSIVE_WITHOUT_WAITING = 2 | 4;
    private static final Duration RETRY = Duration.ofMillis(10);

    private final Descriptor descriptor;

    private FileMutex(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Takes the lock; creates the file if there is none.
     *
     * @throws ErrnoException EAGAIN if somebody else keeps it longer than the limit
     */
    public static FileMutex lock(Path file, Duration limit)
            throws IOException, InterruptedException {
        Files.newByteChannel(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE).close();
        Descriptor descriptor = Descriptor.open(file, Descriptor.READ_ONLY);
        long end = System.nanoTime() + limit.toNanos();
        try {
            while (!tryLock(descriptor, file, System.nanoTime() >= end)) {
                Thread.sleep(RETRY);
            }
            return new FileMutex(descriptor);
        } catch (ErrnoException | InterruptedException e) {
            descriptor.close();
            throw e;
        }
    }

    private static boolean tryLock(Descriptor descriptor, Path file, boolean last)
            throws ErrnoException {
        try {
            FLOCK.call(file, descriptor.number(), EXCLUSIVE_WITHOUT_WAITING);
            return true;
        } catch (ErrnoException e) {
            if (e.is("EAGAIN") && !last) {
                return false;
            }
            throw e;
        }
    }

    /** Closing the only descriptor releases the lock. */
    @Override
    public void close() throws ErrnoException {
        descriptor.close();
    }
}
