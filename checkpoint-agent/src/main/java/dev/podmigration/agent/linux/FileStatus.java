package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;
import static dev.podmigration.agent.linux.SystemCall.POINTER;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;

/**
 * What the kernel knows of one file, read in one call; of a symbolic link itself, not of what it
 * points at.
 *
 * @param mode type and permission bits, as in {@code st_mode}
 * @param blocks allocated 512-byte blocks; fewer than {@code size} needs means holes
 * @param mountId the mount the file is reached through: differs below a mount point even on the
 *     same device; 0 before kernel 5.8
 */
public record FileStatus(
        int mode,
        int owner,
        int group,
        long size,
        long blocks,
        int links,
        long inode,
        Device device,
        Device special,
        long mountId,
        Instant accessed,
        Instant modified,
        Instant changed) {

    private static final int TYPE = 0xf000;
    private static final SystemCall STATX =
            SystemCall.ofInt("statx", INT, POINTER, INT, INT, POINTER);
    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_EMPTY_PATH = 0x1000;

    /** STATX_BASIC_STATS | STATX_MNT_ID. */
    private static final int WANTED = 0x7ff | 0x1000;

    /** A device number. */
    public record Device(int major, int minor) {}

    /** Kinds of files, by the type bits of the mode. */
    public enum Type {
        FIFO,
        CHARACTER_DEVICE,
        DIRECTORY,
        BLOCK_DEVICE,
        REGULAR,
        SYMBOLIC_LINK,
        SOCKET
    }

    /** Reads the status; ENOENT if there is no such file. */
    public static FileStatus of(Path file) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            return in(AT_FDCWD, FilePath.allocate(arena, file), file);
        }
    }

    /** Of a name in an open directory; of the link itself. */
    static FileStatus in(int directory, MemorySegment name, Object subject) throws ErrnoException {
        return read(directory, name, AT_SYMLINK_NOFOLLOW, subject);
    }

    /** Of an open file. */
    static FileStatus ofDescriptor(int descriptor, Object subject) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            return read(descriptor, arena.allocate(1), AT_EMPTY_PATH, subject);
        }
    }

    private static FileStatus read(int directory, MemorySegment name, int flags, Object subject)
            throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(256, 8);
            STATX.call(subject, directory, name, flags, WANTED, s);
            return new FileStatus(
                    s.get(JAVA_SHORT, 28) & 0xffff,
                    s.get(JAVA_INT, 20),
                    s.get(JAVA_INT, 24),
                    s.get(JAVA_LONG, 40),
                    s.get(JAVA_LONG, 48),
                    s.get(JAVA_INT, 16),
                    s.get(JAVA_LONG, 32),
                    new Device(s.get(JAVA_INT, 136), s.get(JAVA_INT, 140)),
                    new Device(s.get(JAVA_INT, 128), s.get(JAVA_INT, 132)),
                    s.get(JAVA_LONG, 144),
                    time(s, 64),
                    time(s, 112),
                    time(s, 96));
        }
    }

    public Type type() {
        return switch (mode & TYPE) {
            case 0x1000 -> Type.FIFO;
            case 0x2000 -> Type.CHARACTER_DEVICE;
            case 0x4000 -> Type.DIRECTORY;
            case 0x6000 -> Type.BLOCK_DEVICE;
            case 0x8000 -> Type.REGULAR;
            case 0xa000 -> Type.SYMBOLIC_LINK;
            case 0xc000 -> Type.SOCKET;
            default ->
                    throw new IllegalStateException(
                            "unknown file type in mode 0" + Integer.toOctalString(mode));
        };
    }

    /** Permission bits with set-uid, set-gid and sticky: the mode without the type. */
    public int permissions() {
        return mode & ~TYPE;
    }

    /** struct statx_timestamp: seconds, nanoseconds. */
    private static Instant time(MemorySegment s, long offset) {
        return instant(s.get(JAVA_LONG, offset), s.get(JAVA_INT, offset + 8));
    }

    /**
     * A time that a file has. Every program may give its files one beyond the years that Java knows
     * (a tmpfs keeps all 64 bits of the seconds): it is taken for the first or the last of them.
     *
     * @param nanos below a second
     */
    public static Instant instant(long seconds, int nanos) {
        if (seconds < Instant.MIN.getEpochSecond()) {
            return Instant.MIN;
        }
        return seconds > Instant.MAX.getEpochSecond()
                ? Instant.MAX
                : Instant.ofEpochSecond(seconds, nanos);
    }
}
