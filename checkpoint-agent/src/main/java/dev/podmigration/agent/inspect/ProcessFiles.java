package dev.podmigration.agent.inspect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The files under {@code /proc/<pid>} of one process. A process that ends while it is read reads as
 * empty.
 */
final class ProcessFiles {

    private final Path directory;

    ProcessFiles(Path proc, long pid) {
        this.directory = proc.resolve(Long.toString(pid));
    }

    /** The file behind a line of {@code maps}, whatever its name leads to now. */
    Path mapped(String mapsLine) {
        return directory.resolve("map_files").resolve(mapsLine.substring(0, mapsLine.indexOf(' ')));
    }

    /** Lines of a table of the network namespace of the process, for example {@code tcp6}. */
    List<String> network(String table) throws IOException {
        return lines("net/" + table);
    }

    /** A number of {@code status}, for example {@code Threads}; 0 if it is not there. */
    int status(String key) throws IOException {
        return lines("status").stream()
                .filter(line -> line.startsWith(key + ":"))
                .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")))
                .sum();
    }

    /** A set of signals in {@code status}, for example {@code SigCgt}; 0 if it is not there. */
    long statusMask(String key) throws IOException {
        return lines("status").stream()
                .filter(line -> line.startsWith(key + ":"))
                .mapToLong(
                        line ->
                                Long.parseUnsignedLong(
                                        line.substring(key.length() + 1).strip(), 16))
                .sum();
    }

    /** The number of the process in the innermost of its namespaces; 0 if it has ended. */
    long innermostPid() throws IOException {
        return lines("status").stream()
                .filter(line -> line.startsWith("NSpid:"))
                .map(line -> line.split("\\s+"))
                .mapToLong(numbers -> Long.parseLong(numbers[numbers.length - 1]))
                .sum();
    }

    /** When the process began, in clock ticks since the node's start. Empty when it has ended. */
    OptionalLong startTicks() throws IOException {
        List<String> fields = afterName();
        // proc_pid_stat(5) counts it as the 22nd; the third, the state, is the first here.
        return fields.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong(fields.get(22 - 3)));
    }

    /** Lines of {@code maps}: {@code address perms offset dev inode path}. */
    List<String> maps() throws IOException {
        return lines("maps");
    }

    List<String> arguments() throws IOException {
        String all = read("cmdline");
        return all.isEmpty() ? List.of() : List.of(all.split("\0"));
    }

    /** A value of {@code smaps_rollup} in bytes, 0 if the kernel does not tell it. */
    long rollupBytes(String key) throws IOException {
        return lines("smaps_rollup").stream()
                .filter(line -> line.startsWith(key + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .sum();
    }

    /**
     * Where the open descriptors lead, for example {@code anon_inode:inotify} or {@code /tmp/x
     * (deleted)}.
     */
    List<Path> descriptors() throws IOException {
        List<Path> targets = new ArrayList<>();
        try (Stream<Path> links = Files.list(directory.resolve("fd"))) {
            for (Path link : (Iterable<Path>) links::iterator) {
                link(link).ifPresent(targets::add);
            }
        } catch (NoSuchFileException | UncheckedIOException gone) {
            return targets;
        }
        return targets;
    }

    /** Sizes in bytes of files that are open and have no name any more. */
    List<Long> deletedOpenFiles() throws IOException {
        List<Long> sizes = new ArrayList<>();
        try (Stream<Path> links = Files.list(directory.resolve("fd"))) {
            for (Path link : (Iterable<Path>) links::iterator) {
                Optional<Path> target = link(link);
                if (target.isPresent()
                        && target.get().isAbsolute()
                        && target.get().toString().endsWith(" (deleted)")
                        && Files.isRegularFile(link)) {
                    sizes.add(Files.size(link));
                }
            }
        } catch (NoSuchFileException | UncheckedIOException gone) {
            return sizes;
        }
        return sizes;
    }

    /** The number of its parent. Empty when there is none, or the process has ended. */
    Optional<Long> parent() throws IOException {
        List<String> fields = afterName();
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        long parent = Long.parseLong(fields.get(1));
        return parent == 0 ? Optional.empty() : Optional.of(parent);
    }

    /** What stands in {@code stat} from the state on. Empty when the process has ended. */
    private List<String> afterName() throws IOException {
        String stat = read("stat");
        // The name, which comes before, may hold anything: "4711 (a) b) S 1 ...".
        int name = stat.lastIndexOf(')');
        return name < 0 ? List.of() : List.of(stat.substring(name + 2).strip().split(" "));
    }

    /** Two processes are in one namespace if these are equal. */
    Optional<Path> processNamespace() throws IOException {
        return link(directory.resolve("ns/pid"));
    }

    /** The fields of each line of a table, without its headings. */
    List<List<String>> table(String file) throws IOException {
        return lines(file).stream()
                .skip(1)
                .map(line -> List.of(line.strip().split("\\s+")))
                .toList();
    }

    /** The process's view of an absolute path. */
    Path inRoot(String path) {
        return directory.resolve("root").resolve(path.substring(1));
    }

    private List<String> lines(String file) throws IOException {
        return read(file).lines().toList();
    }

    private String read(String file) throws IOException {
        try {
            return new String(
                    Files.readAllBytes(directory.resolve(file)), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException gone) {
            return "";
        } catch (IOException e) {
            // ESRCH: the process ended between open and read.
            if (!Files.exists(directory)) {
                return "";
            }
            throw e;
        }
    }

    private static Optional<Path> link(Path link) throws IOException {
        try {
            return Optional.of(Files.readSymbolicLink(link));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }
}
