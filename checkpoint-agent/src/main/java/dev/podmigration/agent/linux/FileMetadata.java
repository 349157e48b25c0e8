package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;
import static dev.podmigration.agent.linux.SystemCall.POINTER;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;

/** Owner, permissions and times of a file, set by number. */
public final class FileMetadata {
    private static final SystemCall LCHOWN = SystemCall.ofInt("lchown", POINTER, INT, INT);
    private static final SystemCall FCHMODAT = SystemCall.ofInt("fchmodat", INT, POINTER, INT, INT);
    private static final SystemCall UTIMENSAT =
            SystemCall.ofInt("utimensat", INT, POINTER, POINTER, INT);

    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;

    private FileMetadata() {}

    /**
     * Gives the file, or the symbolic link itself, to this owner and group. The kernel clears
     * set-uid and set-gid and removes {@code security.capability}: set permissions and attributes
     * afterwards.
     */
    public static void setOwner(Path file, int owner, int group) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            LCHOWN.call(file, FilePath.allocate(arena, file), owner, group);
        }
    }

    /**
     * Sets the permission bits with set-uid, set-gid and sticky, whatever the umask is. A symbolic
     * link has no permissions of its own on Linux: it is refused with EOPNOTSUPP, so that what it
     * points at is never changed by mistake.
     */
    public static void setPermissions(Path file, int permissions) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            FCHMODAT.call(
                    file,
                    AT_FDCWD,
                    FilePath.allocate(arena, file),
                    permissions,
                    AT_SYMLINK_NOFOLLOW);
        }
    }

    /**
     * Sets both times to the nanosecond, of a symbolic link itself. The change time cannot be set.
     */
    public static void setTimes(Path file, Instant accessed, Instant modified)
            throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment times = arena.allocate(32, 8);
            put(times, 0, accessed);
            put(times, 16, modified);
            UTIMENSAT.call(
                    file, AT_FDCWD, FilePath.allocate(arena, file), times, AT_SYMLINK_NOFOLLOW);
        }
    }

    private static void put(MemorySegment times, long offset, Instant time) {
        times.set(JAVA_LONG, offset, time.getEpochSecond());
        times.set(JAVA_LONG, offset + 8, time.getNano());
    }
}
