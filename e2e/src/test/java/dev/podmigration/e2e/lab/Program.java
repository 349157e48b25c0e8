package dev.podmigration.e2e.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Runs programs of this machine. */
public final class Program {
    private static final Path NOTHING = Path.of("/dev/null");

    private Program() {}

    public static CommandOutcome run(Duration limit, List<String> command) {
        return run(limit, NOTHING, command, Map.of());
    }

    public static CommandOutcome run(
            Duration limit, List<String> command, Map<String, String> environment) {
        return run(limit, NOTHING, command, environment);
    }

    static CommandOutcome run(Duration limit, Path input, List<String> command) {
        return run(limit, input, command, Map.of());
    }

    private static CommandOutcome run(
            Duration limit, Path input, List<String> command, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectInput(input.toFile());
        builder.environment().putAll(environment);
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            Process process = builder.start();
            Future<String> output = readers.submit(() -> text(process.getInputStream()));
            Future<String> errors = readers.submit(() -> text(process.getErrorStream()));
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new IllegalStateException(
                        "%s took longer than %s%n%s%s"
                                .formatted(command, limit, output.get(), errors.get()));
            }
            return new CommandOutcome(command, process.exitValue(), output.get(), errors.get());
        } catch (IOException e) {
            throw new UncheckedIOException(command.toString(), e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(command.toString(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted: " + command, e);
        }
    }

    private static String text(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
}
