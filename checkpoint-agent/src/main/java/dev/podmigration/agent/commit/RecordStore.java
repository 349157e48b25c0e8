package dev.podmigration.agent.commit;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

import dev.podmigration.agent.linux.Durability;
import dev.podmigration.agent.linux.ErrnoException;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Records that survive a crash and a reboot: when {@link #write} has returned, the new content is
 * on disk (file and directory fsync), and a reader sees the old or the new content, never a
 * mixture. Thread-safe for different names; the caller serialises writes of one name.
 */
public final class RecordStore<T> {

    private static final String SUFFIX = ".json";

    /** The largest block of the file systems in use. */
    private static final int BLOCK_BYTES = 4096;

    /** An older agent that comes back reads what a newer one has written. */
    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .addModule(new JavaTimeModule())
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    private final Path directory;
    private final Class<T> type;

    public RecordStore(Path directory, Class<T> type) throws IOException {
        this.directory = directory.toAbsolutePath();
        this.type = type;
        create(this.directory);
    }

    /** A record is no safer than the entry of its directory in the one above. */
    private static void create(Path directory) throws IOException {
        Path there = directory;
        while (!Files.exists(there)) {
            there = there.getParent();
        }
        Files.createDirectories(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        for (Path made = directory; !made.equals(there); made = made.getParent()) {
            Durability.sync(made.getParent());
        }
    }

    /**
     * Makes {@code value} durable under {@code name}, an object uid or another plain file name. An
     * interrupt does not end it half-way: what is read later must be on the disk by then.
     *
     * <p>A decision must not depend on a free block: a pod that stands still could neither go on
     * nor be given back while a disk is full. So the first write of a name makes two files of whole
     * blocks, and every later one is written over the one that is out of use, which then takes the
     * place of the other. (A file system that never writes in place, such as btrfs, may need a
     * block all the same.)
     */
    public void write(String name, T value) throws IOException {
        Path file = file(name);
        Path spare = spare(name);
        byte[] content = blocks(JSON.writeValueAsBytes(value));
        boolean first = !Files.exists(file);
        overwrite(spare, content);
        if (first) {
            Files.move(spare, file, StandardCopyOption.ATOMIC_MOVE);
            overwrite(spare, content);
        } else {
            take(spare, file);
        }
        Durability.sync(directory);
    }

    /** JSON allows spaces at its end. */
    private static byte[] blocks(byte[] json) {
        int blocks = (json.length + BLOCK_BYTES - 1) / BLOCK_BYTES;
        byte[] content = Arrays.copyOf(json, blocks * BLOCK_BYTES);
        Arrays.fill(content, json.length, content.length, (byte) ' ');
        return content;
    }

    /**
     * Keeps the blocks that the file has. Not a channel, which an interrupt closes: a migration is
     * given up by one.
     */
    private static void overwrite(Path file, byte[] content) throws IOException {
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(content);
            out.setLength(content.length);
            out.getFD().sync();
        }
    }

    private static void take(Path spare, Path file) throws IOException {
        try {
            Durability.exchange(spare, file);
        } catch (ErrnoException e) {
            if (!e.is("EINVAL")) {
                throw e;
            }
            Files.move(
                    spare,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    public Optional<T> read(String name) throws IOException {
        Path file = file(name);
        return Files.exists(file)
                ? Optional.of(JSON.readValue(file.toFile(), type))
                : Optional.empty();
    }

    public void delete(String name) throws IOException {
        boolean there = Files.deleteIfExists(file(name));
        Files.deleteIfExists(spare(name));
        if (there) {
            Durability.sync(directory);
        }
    }

    /** The names of all records. */
    public List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(SUFFIX))
                    .map(file -> file.substring(0, file.length() - SUFFIX.length()))
                    .sorted()
                    .forEach(names::add);
        }
        return names;
    }

    private Path spare(String name) {
        return directory.resolve(name + ".next");
    }

    private Path file(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,252}")) {
            throw new IllegalArgumentException("Not a record name: " + name);
        }
        return directory.resolve(name + SUFFIX);
    }
}
