package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;
import static dev.podmigration.agent.linux.SystemCall.LONG;
import static dev.podmigration.agent.linux.SystemCall.POINTER;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/**
 * Creates files that are neither regular nor directories nor links. Fails with EEXIST if the name
 * is taken.
 */
public final class SpecialFiles {
    private static final SystemCall MKNOD = SystemCall.ofInt("mknod", POINTER, INT, LONG);

    private SpecialFiles() {}

    /** Permissions are subject to the umask. */
    public static void createFifo(Path file, int permissions) throws ErrnoException {
        create(file, 0x1000 | permissions, 0);
    }

    /** A socket file that nobody listens on: what a stopped server leaves behind. */
    public static void createSocket(Path file, int permissions) throws ErrnoException {
        create(file, 0xc000 | permissions, 0);
    }

    /** Character device 0:0 is overlayfs' mark of a deleted file. */
    public static void createCharacterDevice(Path file, int permissions, FileStatus.Device device)
            throws ErrnoException {
        create(file, 0x2000 | permissions, encode(device));
    }

    public static void createBlockDevice(Path file, int permissions, FileStatus.Device device)
            throws ErrnoException {
        create(file, 0x6000 | permissions, encode(device));
    }

    private static void create(Path file, int mode, long device) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MKNOD.call(file, FilePath.allocate(arena, file), mode, device);
        }
    }

    /** gnu_dev_makedev: the C library's 64-bit dev_t. */
    private static long encode(FileStatus.Device device) {
        long major = Integer.toUnsignedLong(device.major());
        long minor = Integer.toUnsignedLong(device.minor());
        return (minor & 0xff)
                | (major & 0xfff) << 8
                | (minor & ~0xffL) << 12
                | (major & ~0xfffL) << 32;
    }
}
