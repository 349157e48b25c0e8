package dev.podmigration.agent.files;

import com.google.protobuf.ByteString;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.ExtendedAttributes;
import dev.podmigration.agent.linux.FileMetadata;
import dev.podmigration.agent.linux.FileStatus;
import dev.podmigration.agent.wire.FileAttribute;
import dev.podmigration.agent.wire.FileEntry;
import dev.podmigration.agent.wire.FileTime;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Gives a file on the target everything but its content. */
final class FileAttributes {
    static final int TYPE_MASK = 0xf000;
    static final int SYMBOLIC_LINK = 0xa000;
    private static final int NANOS_PER_SECOND = 1_000_000_000;

    private FileAttributes() {}

    /**
     * @param file a path whose last step is not followed if it is a link
     */
    static void apply(Path file, FileEntry entry) throws ErrnoException {
        // In this order: a new owner clears set-uid and capabilities, an access list changes the
        // group's permission bits.
        FileMetadata.setOwner(file, entry.getOwner(), entry.getGroup());
        applyExtended(file, entry);
        if ((entry.getMode() & TYPE_MASK) != SYMBOLIC_LINK) {
            FileMetadata.setPermissions(file, entry.getMode() & ~TYPE_MASK);
        }
        FileMetadata.setTimes(file, instant(entry.getAccessed()), instant(entry.getModified()));
    }

    /**
     * Also takes away what the file should not have: a default access list of its directory gives
     * new files one.
     */
    private static void applyExtended(Path file, FileEntry entry) throws ErrnoException {
        Map<String, byte[]> wanted = new HashMap<>();
        for (FileAttribute attribute : entry.getAttributesList()) {
            wanted.put(text(attribute.getName()), attribute.getValue().toByteArray());
        }
        wanted.keySet().removeIf(SecurityLabels::isLabel);
        for (String name : ExtendedAttributes.names(file)) {
            if (!wanted.containsKey(name) && !SecurityLabels.isLabel(name)) {
                ExtendedAttributes.remove(file, name);
            }
        }
        for (Map.Entry<String, byte[]> attribute : wanted.entrySet()) {
            Optional<byte[]> present = ExtendedAttributes.get(file, attribute.getKey());
            if (present.isEmpty() || !Arrays.equals(present.get(), attribute.getValue())) {
                ExtendedAttributes.set(file, attribute.getKey(), attribute.getValue());
            }
        }
    }

    private static String text(ByteString name) {
        return name.toString(StandardCharsets.ISO_8859_1);
    }

    private static Instant instant(FileTime time) {
        return FileStatus.instant(time.getSeconds(), time.getNanos());
    }

    /**
     * Refuses what no file can have.
     *
     * @throws AgentFailure before anything of it is applied
     */
    static void check(FileEntry entry) throws AgentFailure {
        for (FileTime time : List.of(entry.getAccessed(), entry.getModified())) {
            if (time.getNanos() < 0 || time.getNanos() >= NANOS_PER_SECOND) {
                throw Malformed.record("a time with %d ns".formatted(time.getNanos()));
            }
        }
        if ((entry.getMode() & TYPE_MASK) == SYMBOLIC_LINK
                && !isName(entry.getLinkTarget())
                && !entry.getContentKept()) {
            throw Malformed.record("a symbolic link to nothing that can be named");
        }
        for (FileAttribute attribute : entry.getAttributesList()) {
            if (!isName(attribute.getName())) {
                throw Malformed.record("an attribute without a proper name");
            }
        }
    }

    /** For the kernel a zero byte ends a name. */
    private static boolean isName(ByteString name) {
        for (int i = 0; i < name.size(); i++) {
            if (name.byteAt(i) == 0) {
                return false;
            }
        }
        return !name.isEmpty();
    }
}
