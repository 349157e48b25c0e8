package dev.podmigration.agent.linux;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The exact bytes of a file name, both ways.
 *
 * <p>Linux names are bytes; a container may hold names that are not UTF-8, and the JVM's own
 * conversion ({@code sun.jnu.encoding}) depends on the locale it was started in. {@link Path} keeps
 * the bytes it read from a directory, but {@code toString()} loses those it cannot decode. {@code
 * toUri()} does not: it escapes each byte.
 */
public final class FilePath {
    private static final Path ROOT = Path.of("/");

    private FilePath() {}

    /** The bytes of the path as it stands: a relative one stays relative. */
    public static byte[] bytes(Path path) {
        String text = path.toString();
        if (isAscii(text)) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
        byte[] bytes = unescape(ROOT.resolve(path).toUri().getRawPath());
        // toUri() adds a slash to a directory, and a slash would make the kernel follow a symbolic
        // link.
        int end = bytes[bytes.length - 1] == '/' ? bytes.length - 1 : bytes.length;
        return Arrays.copyOfRange(bytes, path.isAbsolute() ? 0 : 1, end);
    }

    /** The path of the given bytes. */
    public static Path of(byte[] bytes) {
        String latin = new String(bytes, StandardCharsets.ISO_8859_1);
        if (isAscii(latin)) {
            return Path.of(latin);
        }
        boolean absolute = latin.startsWith("/");
        StringBuilder escaped = new StringBuilder(absolute ? "file://" : "file:///");
        for (byte b : bytes) {
            escaped.append(b == '/' ? "/" : "%%%02X".formatted(b & 0xff));
        }
        Path path = Path.of(URI.create(escaped.toString()));
        return absolute ? path : ROOT.relativize(path);
    }

    static MemorySegment allocate(Arena arena, Path path) {
        byte[] bytes = bytes(path);
        MemorySegment segment = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, segment, 0, bytes.length);
        return segment;
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 128);
    }

    private static byte[] unescape(String raw) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                out.write(Integer.parseInt(raw, i + 1, i + 3, 16));
                i += 2;
            } else {
                out.write(c);
            }
        }
        return out.toByteArray();
    }
}
