package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;
import static dev.podmigration.agent.linux.SystemCall.LONG;
import static dev.podmigration.agent.linux.SystemCall.POINTER;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A directory inside a tree that somebody else may be changing, opened so that no symbolic link on
 * the way was followed and nothing outside the tree can be reached.
 *
 * <p>A container's files are the container's to rearrange while the agent, which is root on the
 * node, walks them. Resolving names again and again from the top would let a directory be swapped
 * for a link to {@code /etc} in between. Names directly below {@link #path()} are safe as long as
 * the last step does not follow links either.
 */
public final class BeneathDirectory implements AutoCloseable {
    /** openat2 has no function in the C library; its number is the same on every architecture. */
    private static final long OPENAT2_NUMBER = 437;

    private static final SystemCall OPENAT2 =
            SystemCall.numbered("openat2", INT, POINTER, POINTER, LONG);

    private static final long O_PATH = 0x200000;
    private static final long O_DIRECTORY =
            System.getProperty("os.arch", "").equals("aarch64") ? 0x4000 : 0x10000;
    private static final long RESOLVE_NO_MAGICLINKS = 0x02;
    private static final long RESOLVE_NO_SYMLINKS = 0x04;
    private static final long RESOLVE_BENEATH = 0x08;

    private final Descriptor descriptor;

    private BeneathDirectory(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Opens {@code root/relative}. Links are allowed in {@code root}, which the caller trusts.
     *
     * @param relative empty for the root itself
     * @throws ErrnoException ELOOP for a symbolic link on the way, EXDEV for an attempt to leave
     *     the tree
     */
    public static BeneathDirectory open(Path root, Path relative) throws ErrnoException {
        if (relative.isAbsolute()) {
            throw new IllegalArgumentException("not relative: " + relative);
        }
        int flags = Math.toIntExact(O_PATH | O_DIRECTORY);
        try (Descriptor top = Descriptor.open(root, flags);
                Arena arena = Arena.ofConfined()) {
            MemorySegment how = arena.allocate(24, 8);
            how.set(JAVA_LONG, 0, O_PATH | O_DIRECTORY | Descriptor.CLOSE_ON_EXEC);
            how.set(JAVA_LONG, 16, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
            Path name = relative.toString().isEmpty() ? Path.of(".") : relative;
            long fd =
                    OPENAT2.call(
                            root.resolve(relative),
                            OPENAT2_NUMBER,
                            top.number(),
                            FilePath.allocate(arena, name),
                            how,
                            how.byteSize());
            return new BeneathDirectory(new Descriptor(fd, root.resolve(relative)));
        }
    }

    /** A path that means exactly this directory, wherever it is moved, until it is closed. */
    public Path path() {
        return Path.of("/proc/self/fd", Integer.toString(descriptor.number()));
    }

    @Override
    public void close() throws ErrnoException {
        descriptor.close();
    }
}
