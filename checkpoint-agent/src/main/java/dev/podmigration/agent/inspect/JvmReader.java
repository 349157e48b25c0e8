package dev.podmigration.agent.inspect;

import dev.podmigration.api.v1alpha1.Jvm;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Recognises a HotSpot or OpenJ9 JVM by the library that the process has mapped, whatever the
 * program is called.
 */
final class JvmReader {

    /** Size of the first part of {@code release} files that is read: real ones have under 2 KiB. */
    private static final int RELEASE_LIMIT = 64 * 1024;

    private static final Set<String> OPTIONS_WITH_VALUE =
            Set.of(
                    "-cp",
                    "-classpath",
                    "--class-path",
                    "-p",
                    "--module-path",
                    "--add-modules",
                    "--add-opens",
                    "--add-exports",
                    "--add-reads",
                    "--limit-modules",
                    "--patch-module",
                    "--upgrade-module-path");
    private static final Map<String, String> COLLECTORS =
            Map.of(
                    "-XX:+UseG1GC", "G1",
                    "-XX:+UseSerialGC", "Serial",
                    "-XX:+UseParallelGC", "Parallel",
                    "-XX:+UseZGC", "Z",
                    "-XX:+UseShenandoahGC", "Shenandoah",
                    "-XX:+UseEpsilonGC", "Epsilon");

    private static final int MOST_GENERATIONS = 3;
    private static final long PAGE_BYTES = 4096;

    /** ZGC alone has its heap in a memory file, and says nothing in the statistics. */
    private static final String HEAP_OF_Z = "/memfd:java_heap";

    private static final String GENERATION = "sun.gc.generation.";

    /** Names that the collectors give themselves in the statistics. */
    private static final Map<String, String> POLICIES =
            Map.of(
                    "GarbageFirst", "G1",
                    "Copy:MSC", "Serial",
                    "ParScav:MSC", "Parallel");

    private JvmReader() {}

    /** Returns what is known of the JVM, or nothing if the process is none. */
    static Optional<Jvm> read(ProcessFiles process) throws IOException {
        Optional<String> library =
                process.maps().stream()
                        .filter(line -> line.contains("/libjvm.so"))
                        .map(line -> line.substring(line.indexOf('/')))
                        .findFirst();
        if (library.isEmpty()) {
            return Optional.empty();
        }
        Jvm jvm = new Jvm();
        Map<String, String> release = release(process, library.get());
        jvm.setVersion(release.get("JAVA_VERSION"));
        jvm.setVendor(release.get("IMPLEMENTOR"));
        List<String> arguments = process.arguments();
        jvm.setMainClass(mainClass(arguments));
        for (String argument : arguments) {
            if (COLLECTORS.containsKey(argument)) {
                jvm.setCollector(COLLECTORS.get(argument));
            } else if (argument.startsWith("-Xmx")) {
                jvm.setMaxHeapBytes(bytes(argument.substring("-Xmx".length())));
            }
        }
        jvm.setThreads(process.status("Threads"));
        mappings(process, jvm);
        return Optional.of(jvm);
    }

    /** What its mappings say: compiled code, unpacked libraries, and the file for tools. */
    private static void mappings(ProcessFiles process, Jvm jvm) throws IOException {
        long code = 0;
        Set<String> deleted = new TreeSet<>();
        for (String line : process.maps()) {
            String[] parts = line.split(" +", 6);
            String path = parts.length == 6 ? parts[5] : "";
            // HotSpot's code cache is the one private memory without a file that is executable.
            if (path.isEmpty() && parts.length >= 2 && parts[1].startsWith("rwx")) {
                code += length(parts[0]);
            } else if (path.startsWith(HEAP_OF_Z)) {
                jvm.setCollector("Z");
            } else if (path.endsWith(" (deleted)") && path.contains(".so")) {
                deleted.add(path.substring(0, path.length() - " (deleted)".length()));
            } else if (path.contains("/hsperfdata_")) {
                jvm.setPerfData(true);
                statistics(PerfData.of(process.mapped(line)), jvm);
            }
        }
        jvm.setCodeCacheBytes(code);
        jvm.setDeletedLibraries(new ArrayList<>(deleted));
    }

    private static long length(String range) {
        String[] ends = range.split("-");
        return Long.parseUnsignedLong(ends[1], 16) - Long.parseUnsignedLong(ends[0], 16);
    }

    /** The command line may leave open what the JVM has chosen. */
    private static void statistics(PerfData data, Jvm jvm) {
        long committed = 0;
        for (int generation = 0; generation < MOST_GENERATIONS; generation++) {
            committed += data.number(GENERATION + generation + ".capacity").orElse(0);
        }
        if (committed > 0) {
            // G1 adds some bytes so that nothing is 0 (g1MonitoringSupport.hpp); heaps have whole
            // pages.
            jvm.setHeapBytes(committed & -PAGE_BYTES);
        }
        if (jvm.getCollector() == null) {
            data.text("sun.gc.policy.name").map(POLICIES::get).ifPresent(jvm::setCollector);
        }
        if (jvm.getVersion() == null) {
            data.text("java.property.java.version").ifPresent(jvm::setVersion);
        }
        if (jvm.getVendor() == null) {
            data.text("java.property.java.vm.vendor").ifPresent(jvm::setVendor);
        }
    }

    /**
     * {@code <java.home>/release}; libjvm.so is in {@code lib/server} or {@code lib/<arch>/server}
     * of java.home.
     */
    private static Map<String, String> release(ProcessFiles process, String library)
            throws IOException {
        Path home = Path.of(library).getParent();
        for (int up = 0; up < 4 && home != null; up++) {
            Path file = process.inRoot(home.resolve("release").toString());
            if (Files.isRegularFile(file) && Files.size(file) < RELEASE_LIMIT) {
                return Files.readString(file, StandardCharsets.ISO_8859_1)
                        .lines()
                        .filter(line -> line.matches("[A-Z_]+=\".*\""))
                        .collect(
                                Collectors.toMap(
                                        line -> line.substring(0, line.indexOf('=')),
                                        line ->
                                                line.substring(
                                                        line.indexOf('"') + 1, line.length() - 1),
                                        (first, second) -> first));
            }
            home = home.getParent();
        }
        return Map.of();
    }

    /**
     * First argument that is neither an option nor an option's value; the value of {@code -jar} and
     * {@code -m}.
     */
    static String mainClass(List<String> arguments) {
        for (int i = 1; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (OPTIONS_WITH_VALUE.contains(argument)) {
                i++;
            } else if (argument.equals("-jar")
                    || argument.equals("-m")
                    || argument.equals("--module")) {
                return i + 1 < arguments.size() ? arguments.get(i + 1) : "";
            } else if (!argument.startsWith("-") && !argument.startsWith("@")) {
                return argument;
            }
        }
        return "";
    }

    /** {@code 512m}, {@code 4G}, {@code 1048576}. */
    static @Nullable Long bytes(String size) {
        String digits = size.replaceAll("[^0-9]", "");
        if (digits.isEmpty() || digits.length() > 15) {
            return null;
        }
        long number = Long.parseLong(digits);
        return switch (size.substring(digits.length()).toLowerCase(Locale.ROOT)) {
            case "k" -> number << 10;
            case "m" -> number << 20;
            case "g" -> number << 30;
            case "t" -> number << 40;
            default -> number;
        };
    }
}
