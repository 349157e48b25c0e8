package dev.podmigration.agent.janitor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The entries of one directory whose names say what they belong to. An entry of any other name is
 * not ours.
 *
 * @param names what ours are called
 * @param needed whether what the name says is still there
 * @param remover takes away one entry, which may be a link
 */
record DirectoryStore(
        Holding.Kind kind,
        Path directory,
        Pattern names,
        BiPredicate<String, Needs> needed,
        Remover remover)
        implements Store {

    /** Takes one entry away. */
    interface Remover {
        void remove(Path entry) throws IOException, InterruptedException;
    }

    @Override
    public List<Holding> list() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<Holding> holdings = new ArrayList<>();
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.sorted().toList()) {
                String name = entry.getFileName().toString();
                if (names.matcher(name).matches()) {
                    holdings.add(new Holding(kind, name, bytes(entry)));
                }
            }
        }
        return holdings;
    }

    /** Of all files. One that goes away meanwhile counts nothing. */
    private static long bytes(Path entry) throws IOException {
        if (!Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            return 0;
        }
        long bytes = 0;
        try (Stream<Path> files = Files.walk(entry)) {
            for (Path file : files.toList()) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    bytes += file.toFile().length();
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return bytes;
    }

    @Override
    public boolean isNeeded(Holding holding, Needs needs) {
        return needed.test(holding.name(), needs);
    }

    @Override
    public void remove(Holding holding) throws IOException, InterruptedException {
        remover.remove(directory.resolve(holding.name()));
    }
}
