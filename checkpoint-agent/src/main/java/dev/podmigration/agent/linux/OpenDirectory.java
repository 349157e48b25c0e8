package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;
import static dev.podmigration.agent.linux.SystemCall.LONG;
import static dev.podmigration.agent.linux.SystemCall.POINTER;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An open directory of a tree that somebody else may be changing, and the files directly in it by
 * the bytes of their names.
 *
 * <p>No method but {@link #directoryInRoot} follows a symbolic link below the directory or crosses
 * a mount point, and none leaves it by {@code ..}: directories further down are opened with
 * openat2, files by one name without a slash. Reading leaves no trace in access times, except that
 * of a symbolic link. Not thread-safe.
 */
public final class OpenDirectory implements AutoCloseable {
    /** openat2 has no function in the C library; its number is the same on every architecture. */
    private static final long OPENAT2_NUMBER = 437;

    private static final SystemCall OPENAT2 =
            SystemCall.numbered("openat2", INT, POINTER, POINTER, LONG);
    private static final SystemCall GETDENTS = SystemCall.ofLong("getdents64", INT, POINTER, LONG);
    private static final SystemCall LSEEK = SystemCall.ofLong("lseek", INT, LONG, INT);
    private static final SystemCall READLINK =
            SystemCall.ofLong("readlinkat", INT, POINTER, POINTER, LONG);
    private static final SystemCall MKDIR = SystemCall.ofInt("mkdirat", INT, POINTER, INT);
    private static final SystemCall SYMLINK = SystemCall.ofInt("symlinkat", POINTER, INT, POINTER);
    private static final SystemCall LINK =
            SystemCall.ofInt("linkat", INT, POINTER, INT, POINTER, INT);
    private static final SystemCall UNLINK = SystemCall.ofInt("unlinkat", INT, POINTER, INT);
    private static final SystemCall SYNCFS = SystemCall.ofInt("syncfs", INT);
    private static final SystemCall FSTATFS = SystemCall.ofInt("fstatfs", INT, POINTER);

    private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
    private static final int O_DIRECTORY = ARM ? 0x4000 : 0x10000;
    private static final int O_NOFOLLOW = ARM ? 0x8000 : 0x20000;
    private static final int O_NOATIME = 0x40000;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_WRONLY = 1;
    private static final int O_CREAT = 0x40;
    private static final int O_EXCL = 0x80;
    private static final int O_PATH = 0x200000;

    private static final long RESOLVE_NO_XDEV = 0x01;
    private static final long RESOLVE_NO_MAGICLINKS = 0x02;
    private static final long RESOLVE_NO_SYMLINKS = 0x04;
    private static final long RESOLVE_BENEATH = 0x08;
    private static final long RESOLVE_IN_ROOT = 0x10;
    private static final long RESOLVE =
            RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH;

    private static final int AT_REMOVEDIR = 0x200;
    private static final int PATH_MAX = 4096;
    private static final int LISTING_BYTES = 65_536;
    private static final long TMPFS_MAGIC = 0x01021994;

    private final Descriptor descriptor;

    private OpenDirectory(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /** Opens the root of a tree. The path is the caller's own: links in it are followed. */
    public static OpenDirectory open(Path root) throws ErrnoException {
        return new OpenDirectory(Descriptor.open(root, O_DIRECTORY | O_NOATIME));
    }

    /**
     * Opens a directory further down.
     *
     * @param relative empty for this directory itself
     * @throws ErrnoException ELOOP for a symbolic link on the way, EXDEV for a mount point or an
     *     attempt to leave the tree
     */
    public OpenDirectory directory(byte[] relative) throws ErrnoException {
        byte[] name = relative.length == 0 ? new byte[] {'.'} : relative;
        return new OpenDirectory(openBelow(name, O_DIRECTORY | O_NOATIME, 0));
    }

    /**
     * Opens a regular file for reading. Something else put in its place does not block: a FIFO
     * opens at once.
     */
    public OpenFile read(byte[] name) throws ErrnoException {
        return new OpenFile(openBelow(single(name), O_NOFOLLOW | O_NOATIME | O_NONBLOCK, 0));
    }

    /**
     * Creates a regular file for writing, readable by its owner only; EEXIST if the name is taken
     * by anything.
     */
    public OpenFile create(byte[] name) throws ErrnoException {
        return new OpenFile(
                openBelow(single(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    }

    /**
     * Opens a file of any kind for its status and its path only: nothing is read, and neither a
     * device nor a socket notices.
     */
    public OpenFile refer(byte[] name) throws ErrnoException {
        return new OpenFile(openBelow(single(name), O_NOFOLLOW | O_PATH, 0));
    }

    /**
     * A directory as processes see it whose root this one is: links and mounts are followed, and
     * none leads out of the root. ENOENT if there is none of that name, ENOTDIR if it is something
     * else.
     */
    public OpenDirectory directoryInRoot(byte[] path) throws ErrnoException {
        return new OpenDirectory(
                open(path, O_DIRECTORY, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS));
    }

    private Descriptor openBelow(byte[] name, int flags, int mode) throws ErrnoException {
        return open(name, flags, mode, RESOLVE);
    }

    private Descriptor open(byte[] name, int flags, int mode, long resolve) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment how = arena.allocate(24, 8);
            how.set(JAVA_LONG, 0, flags | Descriptor.CLOSE_ON_EXEC);
            how.set(JAVA_LONG, 8, mode);
            how.set(JAVA_LONG, 16, resolve);
            long fd =
                    OPENAT2.call(
                            subject(name),
                            OPENAT2_NUMBER,
                            descriptor.number(),
                            allocate(arena, name),
                            how,
                            how.byteSize());
            return new Descriptor(fd, subject(name));
        }
    }

    /**
     * Names of everything in the directory but {@code .} and {@code ..}, in the file system's
     * order.
     */
    public List<byte[]> names() throws ErrnoException {
        List<byte[]> names = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(LISTING_BYTES, 8);
            LSEEK.call(
                    descriptor, descriptor.number(), 0L, 0); // from the start, also the second time
            long length;
            do {
                length = GETDENTS.call(descriptor, descriptor.number(), buffer, buffer.byteSize());
                for (long at = 0;
                        at < length;
                        at += buffer.get(JAVA_SHORT_UNALIGNED, at + 16) & 0xffff) {
                    byte[] name = terminated(buffer, at + 19);
                    if (!isSelfOrParent(name)) {
                        names.add(name);
                    }
                }
            } while (length > 0);
        }
        return names;
    }

    /** The status of this directory itself. */
    public FileStatus status() throws ErrnoException {
        return FileStatus.ofDescriptor(descriptor.number(), descriptor);
    }

    /** The status of a file in it; empty if there is no such name. */
    public Optional<FileStatus> status(byte[] name) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            return Optional.of(
                    FileStatus.in(
                            descriptor.number(), allocate(arena, single(name)), subject(name)));
        } catch (ErrnoException e) {
            if (e.is("ENOENT")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** What a symbolic link says, byte for byte; empty if the file is none, or none any more. */
    public Optional<byte[]> readLink(byte[] name) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(PATH_MAX);
            long length =
                    READLINK.call(
                            subject(name),
                            descriptor.number(),
                            allocate(arena, single(name)),
                            buffer,
                            buffer.byteSize());
            return Optional.of(buffer.asSlice(0, length).toArray(JAVA_BYTE));
        } catch (ErrnoException e) {
            if (e.is("EINVAL")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Creates a directory that only its owner may enter. */
    public void makeDirectory(byte[] name) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MKDIR.call(subject(name), descriptor.number(), allocate(arena, single(name)), 0700);
        }
    }

    public void makeSymbolicLink(byte[] name, byte[] target) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            SYMLINK.call(
                    subject(name),
                    allocate(arena, target),
                    descriptor.number(),
                    allocate(arena, single(name)));
        }
    }

    /**
     * Gives a file of the same file system (not a directory) a second name here. A symbolic link
     * itself is linked.
     */
    public void makeHardLink(byte[] name, OpenDirectory existingDirectory, byte[] existingName)
            throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            LINK.call(
                    subject(name),
                    existingDirectory.descriptor.number(),
                    allocate(arena, single(existingName)),
                    descriptor.number(),
                    allocate(arena, single(name)),
                    0);
        }
    }

    /** Removes a name that is not a directory. */
    public void removeFile(byte[] name) throws ErrnoException {
        remove(name, 0);
    }

    /** Removes an empty directory. */
    public void removeDirectory(byte[] name) throws ErrnoException {
        remove(name, AT_REMOVEDIR);
    }

    private void remove(byte[] name, int flags) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            UNLINK.call(subject(name), descriptor.number(), allocate(arena, single(name)), flags);
        }
    }

    /** Writes everything of the file system that holds this directory to its device. */
    public void syncFileSystem() throws ErrnoException {
        SYNCFS.call(descriptor, descriptor.number());
    }

    /** Whether the directory lies in memory: a tmpfs. */
    public boolean isInMemory() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment statfs = arena.allocate(128, 8); // struct statfs: 120 bytes, f_type first
            FSTATFS.call(descriptor, descriptor.number(), statfs);
            return statfs.get(JAVA_LONG, 0) == TMPFS_MAGIC;
        }
    }

    /** A path that means exactly this directory until it is closed, for calls that want one. */
    public Path path() {
        // With the dot a call that does not follow links still reaches the directory and not the
        // link in /proc.
        return Path.of("/proc/self/fd", Integer.toString(descriptor.number()), ".");
    }

    /** A path of a file in it; safe with calls that do not follow a link in the last step. */
    public Path path(byte[] name) {
        return Path.of("/proc/self/fd", Integer.toString(descriptor.number()))
                .resolve(FilePath.of(single(name)));
    }

    @Override
    public void close() throws ErrnoException {
        descriptor.close();
    }

    @Override
    public String toString() {
        return descriptor.toString();
    }

    private static byte[] single(byte[] name) {
        if (name.length == 0 || isSelfOrParent(name)) {
            throw new IllegalArgumentException("not the name of a file: " + printable(name));
        }
        for (byte b : name) {
            if (b == '/') {
                throw new IllegalArgumentException("not a single name: " + printable(name));
            }
        }
        return name;
    }

    private static boolean isSelfOrParent(byte[] name) {
        return name.length <= 2
                && name.length > 0
                && name[0] == '.'
                && (name.length == 1 || name[1] == '.');
    }

    private static MemorySegment allocate(Arena arena, byte[] text) {
        for (byte b : text) {
            if (b == 0) {
                throw new IllegalArgumentException("zero byte in a file name: " + printable(text));
            }
        }
        MemorySegment segment = arena.allocate(text.length + 1L);
        MemorySegment.copy(MemorySegment.ofArray(text), 0, segment, 0, text.length);
        return segment;
    }

    private static byte[] terminated(MemorySegment buffer, long start) {
        long end = start;
        while (buffer.get(JAVA_BYTE, end) != 0) {
            end++;
        }
        return buffer.asSlice(start, end - start).toArray(JAVA_BYTE);
    }

    /** Made only when a message needs it: most calls succeed. */
    private Object subject(byte[] name) {
        return new Object() {
            @Override
            public String toString() {
                return descriptor + "/" + printable(name);
            }
        };
    }

    private static String printable(byte[] name) {
        return new String(name, StandardCharsets.UTF_8);
    }
}
