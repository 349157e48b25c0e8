package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;
import static dev.podmigration.agent.linux.SystemCall.POINTER;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/** Makes what was written survive a power failure. */
public final class Durability {
    private static final SystemCall FSYNC = SystemCall.ofInt("fsync", INT);
    private static final SystemCall RENAME =
            SystemCall.ofInt("renameat2", INT, POINTER, INT, POINTER, INT);

    /** For absolute paths the directory does not matter; AT_FDCWD of fcntl.h. */
    private static final int NO_DIRECTORY = -100;

    /** RENAME_EXCHANGE of linux/fs.h. */
    private static final int EXCHANGE = 2;

    private Durability() {}

    /**
     * Writes a file's content, or a directory's entries, to the device. A new or renamed file is
     * durable only when its directory was synced too.
     */
    public static void sync(Path fileOrDirectory) throws ErrnoException {
        try (Descriptor descriptor = Descriptor.open(fileOrDirectory, Descriptor.READ_ONLY)) {
            FSYNC.call(fileOrDirectory, descriptor.number());
        }
    }

    /**
     * Gives each of two files of one file system the name of the other, at once: whoever looks
     * finds both names, before or after. Durable only when the directory was synced.
     *
     * @throws ErrnoException EINVAL if the file system cannot do that
     */
    public static void exchange(Path one, Path other) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            RENAME.call(
                    one,
                    NO_DIRECTORY,
                    FilePath.allocate(arena, one.toAbsolutePath()),
                    NO_DIRECTORY,
                    FilePath.allocate(arena, other.toAbsolutePath()),
                    EXCHANGE);
        }
    }
}
