package dev.podmigration.apiserver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that never outlives this JVM, however the JVM ends: a shell beside it waits for the end
 * of its input, which only this JVM holds open.
 */
final class ChildProcess implements AutoCloseable {
    private static final String KILL_WITH_INPUT =
            """
            exec 3<&0
            "$@" </dev/null 3<&- &
            child=$!
            { cat <&3 >/dev/null; kill -KILL "$child"; } 2>/dev/null &
            exec 3<&-
            wait "$child"
            """;

    private final String name;
    private final Path log;
    private final Process shell;

    private ChildProcess(String name, Path log, Process shell) {
        this.name = name;
        this.log = log;
        this.shell = shell;
    }

    static ChildProcess start(Path directory, Path program, List<String> arguments) {
        var name = program.getFileName().toString();
        var log = directory.resolve(name + ".log");
        var command = new ArrayList<>(List.of("/bin/sh", "-c", KILL_WITH_INPUT, name));
        command.add(program.toString());
        command.addAll(arguments);
        try {
            var shell =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            return new ChildProcess(name, log, shell);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void checkAlive() {
        if (!shell.isAlive()) {
            throw new IllegalStateException(name + " ended:\n" + lastLines());
        }
    }

    String lastLines() {
        try {
            var lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        } catch (IOException e) {
            return log + " cannot be read: " + e.getMessage();
        }
    }

    @Override
    public void close() {
        try {
            shell.getOutputStream().close();
            if (!shell.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException(name + " cannot be killed, pid " + shell.pid());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
