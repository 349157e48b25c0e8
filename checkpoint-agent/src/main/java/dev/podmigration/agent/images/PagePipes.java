package dev.podmigration.agent.images;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The pipes of one dump. They must have a reader from before CRIU opens the first one until it has
 * ended, also if nobody wants what it writes any more: a process that opens a pipe without one
 * waits, and cannot be told to stop. Thread-safe.
 */
public final class PagePipes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PagePipes.class);
    private static final Duration PAUSE = Duration.ofMillis(2);

    private final List<PagePipe> pipes;
    private boolean refusing;
    private volatile boolean closed;

    private PagePipes(List<PagePipe> pipes) {
        this.pipes = List.copyOf(pipes);
    }

    /**
     * Makes pipes for the first images of memory.
     *
     * @param directory where CRIU will write; exists
     */
    static PagePipes create(Path directory, int count) throws IOException {
        List<PagePipe> made = new ArrayList<>();
        try {
            for (int number = 1; number <= count; number++) {
                made.add(PagePipe.create(directory, number));
            }
        } catch (IOException e) {
            new PagePipes(made).close();
            throw e;
        }
        return new PagePipes(made);
    }

    /**
     * Those that an agent before this one has left.
     *
     * @param directory of images; may be gone
     */
    public static PagePipes left(Path directory) throws IOException {
        List<PagePipe> found = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return new PagePipes(found);
        }
        try (DirectoryStream<Path> images = Files.newDirectoryStream(directory, "pages-*.img")) {
            for (Path image : images) {
                if (!Files.isRegularFile(image, LinkOption.NOFOLLOW_LINKS)) {
                    found.add(PagePipe.open(image));
                }
            }
        }
        return new PagePipes(found);
    }

    List<PagePipe> all() {
        return pipes;
    }

    /** From now on until it is closed a CRIU that writes memory here fails. Returns at once. */
    public synchronized void refuse() {
        if (!refusing && !closed) {
            refusing = true;
            refuseNow();
            Thread.ofPlatform().daemon().name("refused-memory").start(this::goOn);
        }
    }

    private void goOn() {
        while (!closed) {
            LockSupport.parkNanos(PAUSE.toNanos());
            refuseNow();
        }
    }

    private void refuseNow() {
        for (PagePipe pipe : pipes) {
            try {
                pipe.refuse();
            } catch (IOException e) {
                LOG.warn("CRIU writes memory that nobody wants, and goes on", e);
            }
        }
    }

    /** Only when CRIU has ended, or has written everything. */
    @Override
    public void close() throws IOException {
        closed = true;
        for (PagePipe pipe : pipes) {
            pipe.close();
        }
    }
}
