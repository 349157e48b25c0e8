package dev.podmigration.agent.commit;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

import dev.podmigration.agent.linux.Durability;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
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
     */
    public void write(String name, T value) throws IOException {
        Path file = file(name);
        Path next = directory.resolve(name + ".next");
        // Not a channel, which an interrupt closes: a migration is given up by one.
        try (FileOutputStream out = new FileOutputStream(next.toFile())) {
            out.write(JSON.writeValueAsBytes(value));
            out.getFD().sync();
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Durability.sync(directory);
    }

    public Optional<T> read(String name) throws IOException {
        Path file = file(name);
        return Files.exists(file)
                ? Optional.of(JSON.readValue(file.toFile(), type))
                : Optional.empty();
    }

    public void delete(String name) throws IOException {
        if (Files.deleteIfExists(file(name))) {
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

    private Path file(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,252}")) {
            throw new IllegalArgumentException("Not a record name: " + name);
        }
        return directory.resolve(name + SUFFIX);
    }
}
