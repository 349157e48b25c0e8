package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;
import static dev.podmigration.agent.linux.SystemCall.LONG;
import static dev.podmigration.agent.linux.SystemCall.POINTER;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Extended attributes of every namespace ({@code user}, {@code trusted}, {@code security}, {@code
 * system}), of the file itself and never of what a symbolic link points at.
 *
 * <p>A name is kept byte for byte: each char is one byte, so a name read here can be written again
 * whatever its encoding.
 */
public final class ExtendedAttributes {
    private static final SystemCall LIST = SystemCall.ofLong("llistxattr", POINTER, POINTER, LONG);
    private static final SystemCall GET =
            SystemCall.ofLong("lgetxattr", POINTER, POINTER, POINTER, LONG);
    private static final SystemCall SET =
            SystemCall.ofInt("lsetxattr", POINTER, POINTER, POINTER, LONG, INT);
    private static final SystemCall REMOVE = SystemCall.ofInt("lremovexattr", POINTER, POINTER);

    private static final Charset NAME = StandardCharsets.ISO_8859_1;

    /** XATTR_LIST_MAX and XATTR_SIZE_MAX of include/uapi/linux/limits.h. */
    private static final int MAX_BYTES = 65_536;

    private ExtendedAttributes() {}

    /** All attributes; empty where the file system has none. */
    public static Map<String, byte[]> read(Path file) throws ErrnoException {
        Map<String, byte[]> attributes = new LinkedHashMap<>();
        for (String name : names(file)) {
            // One that disappears between the two calls is as good as never seen.
            get(file, name).ifPresent(value -> attributes.put(name, value));
        }
        return attributes;
    }

    /** The names that the caller may see; empty where the file system has no attributes. */
    public static List<String> names(Path file) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(MAX_BYTES);
            long length = LIST.call(file, FilePath.allocate(arena, file), buffer, (long) MAX_BYTES);
            return split(bytes(buffer, length));
        } catch (ErrnoException e) {
            if (e.is("EOPNOTSUPP")) {
                return List.of();
            }
            throw e;
        }
    }

    /** The value, or empty if the file has no such attribute. */
    public static Optional<byte[]> get(Path file, String name) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(MAX_BYTES);
            long length =
                    GET.call(
                            file,
                            FilePath.allocate(arena, file),
                            arena.allocateFrom(name, NAME),
                            buffer,
                            (long) MAX_BYTES);
            return Optional.of(bytes(buffer, length));
        } catch (ErrnoException e) {
            if (e.is("ENODATA", "EOPNOTSUPP")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Creates or replaces the attribute. */
    public static void set(Path file, String name, byte[] value) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocateFrom(JAVA_BYTE, value);
            SET.call(
                    file + " " + name,
                    FilePath.allocate(arena, file),
                    arena.allocateFrom(name, NAME),
                    buffer,
                    (long) value.length,
                    0);
        }
    }

    /** Removes the attribute; fails with ENODATA if there is none. */
    public static void remove(Path file, String name) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            REMOVE.call(
                    file + " " + name,
                    FilePath.allocate(arena, file),
                    arena.allocateFrom(name, NAME));
        }
    }

    private static List<String> split(byte[] list) {
        List<String> names = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < list.length; i++) {
            if (list[i] == 0) {
                names.add(new String(list, start, i - start, NAME));
                start = i + 1;
            }
        }
        return names;
    }

    private static byte[] bytes(MemorySegment buffer, long length) {
        return buffer.asSlice(0, length).toArray(JAVA_BYTE);
    }
}
