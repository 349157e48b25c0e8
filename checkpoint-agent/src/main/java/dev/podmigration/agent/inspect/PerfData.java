package dev.podmigration.agent.inspect;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a HotSpot JVM writes about itself into the file that it maps for tools (hsperfdata, version
 * 2.0, unchanged from JDK 5 to 25). The layout is in hotspot/share/runtime/perfMemory.hpp: a
 * prologue of 32 bytes, then entries of a header of 20 bytes, a name and a value.
 *
 * <p>The file belongs to the container: whatever is in it, reading it ends, and is no error.
 */
final class PerfData {

    private static final int MAGIC = 0xcafec0c0;
    private static final int PROLOGUE_BYTES = 32;
    private static final int ENTRY_HEADER_BYTES = 20;
    private static final byte LITTLE_ENDIAN = 1;

    /** HotSpot's file has 32 KiB. */
    private static final int MOST_BYTES = 1 << 20;

    /** HotSpot has some 250. */
    private static final int MOST_ENTRIES = 4096;

    private final Map<String, Long> numbers = new HashMap<>();
    private final Map<String, String> texts = new HashMap<>();

    private PerfData() {}

    /** Nothing is in a file that cannot be HotSpot's. */
    static PerfData of(Path file) throws IOException {
        return Files.isRegularFile(file) && Files.size(file) <= MOST_BYTES
                ? of(Files.readAllBytes(file))
                : new PerfData();
    }

    /** Reads what can be read. */
    static PerfData of(byte[] content) {
        PerfData data = new PerfData();
        try {
            data.read(ByteBuffer.wrap(content));
        } catch (BufferUnderflowException | IndexOutOfBoundsException cutOff) {
            // What stands before the damage counts.
            return data;
        }
        return data;
    }

    OptionalLong number(String name) {
        Long value = numbers.get(name);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(texts.get(name));
    }

    private void read(ByteBuffer buffer) {
        if (buffer.remaining() < PROLOGUE_BYTES || buffer.getInt(0) != MAGIC) {
            return;
        }
        buffer.order(
                buffer.get(4) == LITTLE_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int at = buffer.getInt(24);
        int entries = Math.min(buffer.getInt(28), MOST_ENTRIES);
        for (int i = 0; i < entries; i++) {
            int length = buffer.getInt(at);
            if (length < ENTRY_HEADER_BYTES) {
                return;
            }
            entry(buffer, at, length);
            at += length;
        }
    }

    private void entry(ByteBuffer buffer, int at, int length) {
        int nameOffset = buffer.getInt(at + 4);
        int vectorLength = buffer.getInt(at + 8);
        byte type = buffer.get(at + 12);
        int dataOffset = buffer.getInt(at + 16);
        String name = text(buffer, at + nameOffset, dataOffset - nameOffset);
        if (type == 'J' && vectorLength == 0) {
            numbers.put(name, buffer.getLong(at + dataOffset));
        } else if (type == 'B' && vectorLength > 0 && vectorLength <= length) {
            texts.put(name, text(buffer, at + dataOffset, vectorLength));
        }
    }

    /** Up to the first zero. */
    private static String text(ByteBuffer buffer, int at, int longest) {
        Objects.checkFromIndexSize(at, longest, buffer.capacity());
        byte[] bytes = new byte[longest];
        buffer.get(at, bytes);
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
    }
}
