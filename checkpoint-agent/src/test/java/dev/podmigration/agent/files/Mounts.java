package dev.podmigration.agent.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Assumptions;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory for one test with mounts in it, which are taken away in reverse order. Tests that
 * need it are skipped when they do not run as root.
 */
final class Mounts implements AutoCloseable {
    private final Deque<Path> mounted = new ArrayDeque<>();
    private final Path directory;

    Mounts() throws IOException {
        Assumptions.assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
                "owners and mounts need root");
        directory = Files.createTempDirectory("files-test-");
        // Comparing trees must not move the access times that are compared.
        mount(directory, "--bind", directory.toString());
        keepAccessTimes();
    }

    /** From now on reading moves access times, as on most nodes. */
    void touchAccessTimes() throws IOException {
        run("mount", "-o", "remount,bind,strictatime", directory.toString());
    }

    void keepAccessTimes() throws IOException {
        run("mount", "-o", "remount,bind,noatime", directory.toString());
    }

    Path directory(String name) throws IOException {
        return Files.createDirectories(directory.resolve(name));
    }

    /**
     * A merged view of {@code lower} whose changes go to a directory {@code NAME.upper} beside it.
     */
    Overlay overlay(String name, Path lower, String options) throws IOException {
        Overlay overlay = new Overlay(directory(name + ".upper"), directory(name + ".merged"));
        Path work = directory(name + ".work");
        mount(
                overlay.merged,
                "-t",
                "overlay",
                "-o",
                "noatime,lowerdir="
                        + lower
                        + ",upperdir="
                        + overlay.upper
                        + ",workdir="
                        + work
                        + options,
                "overlay");
        return overlay;
    }

    Path tmpfs(String name, String options) throws IOException {
        Path tmpfs = directory(name);
        mount(tmpfs, "-t", "tmpfs", "-o", "noatime," + options, "tmpfs");
        return tmpfs;
    }

    void bind(Path from, Path to) throws IOException {
        mount(to, "--bind", from.toString());
    }

    @Override
    public void close() throws IOException {
        while (!mounted.isEmpty()) {
            run("umount", mounted.removeLast().toString());
        }
        List<Path> files;
        try (Stream<Path> walk = Files.walk(directory)) {
            files = walk.toList();
        }
        for (Path file : files.reversed()) {
            Files.delete(file);
        }
    }

    private void mount(Path at, String... arguments) throws IOException {
        String[] command = new String[arguments.length + 2];
        command[0] = "mount";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        command[command.length - 1] = at.toString();
        run(command);
        mounted.addLast(at);
    }

    static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.onExit().join().exitValue())
                .as(String.join(" ", command) + ": " + output)
                .isZero();
    }

    record Overlay(Path upper, Path merged) {}
}
