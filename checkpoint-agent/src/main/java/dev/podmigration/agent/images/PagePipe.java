package dev.podmigration.agent.images;

import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.PipeReader;
import dev.podmigration.agent.linux.SpecialFiles;
import dev.podmigration.agent.wire.ImageFile;
import dev.podmigration.agent.wire.ImagePart;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A named pipe where CRIU is about to write the memory of a process: {@code pages-N.img}. CRIU
 * opens that file with O_CREAT and O_TRUNC, which leave a pipe as it is, and moves pages into it by
 * splice(2), which copies none (criu/page-xfer.c, write_pages_loc, CRIU 4.2). So memory leaves the
 * node without being written there a second time, and CRIU is at its end as soon as nobody reads:
 * it ignores SIGPIPE (criu/crtools.c, 3.15 to 4.2), and lets the container run on.
 *
 * <p>Thread-safe are {@link #refuse} and {@link #close} only.
 */
final class PagePipe implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PagePipe.class);

    /** Of the kernel's default limit. A reader that comes every half millisecond then keeps up. */
    private static final int CAPACITY = 1 << 20;

    private static final int PERMISSIONS = 0600;

    private final Path path;
    private final SentImage image;
    private final PipeReader pipe;
    private final ByteBuffer probe = ByteBuffer.allocateDirect(1);
    private volatile boolean used;
    private boolean named = true;

    private PagePipe(Path path) throws IOException {
        this.path = path;
        this.image = new SentImage(path.getFileName().toString());
        this.pipe = PipeReader.open(path);
    }

    /**
     * @param number CRIU counts from 1, in the order in which it dumps processes and then shared
     *     memory
     */
    static PagePipe create(Path directory, int number) throws IOException {
        Path path = directory.resolve("pages-" + number + ".img");
        SpecialFiles.createFifo(path, PERMISSIONS);
        return new PagePipe(path);
    }

    /** One that an agent before this one has made. */
    static PagePipe open(Path path) throws IOException {
        return new PagePipe(path);
    }

    /**
     * Nobody wants what CRIU writes. If it writes here already, it fails; if it comes later, it
     * makes a file; if it is just opening the pipe it must find a reader, or it would wait for one
     * for ever: then the next call sees it. To be called again until CRIU has ended.
     */
    synchronized void refuse() throws IOException {
        if (named) {
            Files.deleteIfExists(path);
            named = false;
        }
        if (used || pipe.read(probe.clear()) > 0) {
            pipe.close();
        }
    }

    /**
     * What is there now, up to the size of the buffer.
     *
     * @param content as in {@link SentImage#part}
     */
    Optional<ImagePart> next(ByteBuffer buffer, byte[] content) throws IOException {
        buffer.clear();
        int count;
        do {
            count = buffer.hasRemaining() ? pipe.read(buffer) : 0;
        } while (count > 0);
        if (buffer.position() == 0) {
            return Optional.empty();
        }
        if (!used) {
            used = true;
            enlarge();
        }
        return Optional.of(image.part(buffer.flip(), content));
    }

    private void enlarge() {
        try {
            pipe.setCapacity(CAPACITY);
        } catch (ErrnoException e) {
            LOG.debug("{} stays small, which costs time only", image.name(), e);
        }
    }

    boolean isUnused() {
        return !used;
    }

    /** Announces the image without any content. */
    ImagePart nothing() {
        return image.part(ByteBuffer.allocate(0), new byte[0]);
    }

    ImageFile manifest() {
        return image.manifest(PERMISSIONS);
    }

    @Override
    public void close() throws IOException {
        pipe.close();
    }
}
