package dev.podmigration.apiserver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Finds the programs of a local server. */
final class Programs {
    /** {@code lab bin} builds from source what was not built before. */
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(20);

    sealed interface Found {}

    record Paths(Path kubeApiserver, Path etcd) implements Found {}

    record Missing(String reason) implements Found {}

    private Programs() {}

    static Found find() {
        var kubeApiserver =
                named("PODMIGRATION_KUBE_APISERVER").or(() -> fromLab("kube-apiserver"));
        if (kubeApiserver.isEmpty()) {
            return missing("PODMIGRATION_KUBE_APISERVER", "kube-apiserver");
        }
        var etcd = named("PODMIGRATION_ETCD").or(() -> fromLab("etcd"));
        if (etcd.isEmpty()) {
            return missing("PODMIGRATION_ETCD", "etcd");
        }
        return new Paths(kubeApiserver.get(), etcd.get());
    }

    private static Missing missing(String setting, String program) {
        return new Missing(
                setting + " is not set and `lab/lab bin " + program + "` does not give a program");
    }

    private static Optional<Path> named(String setting) {
        var value = System.getProperty(setting, System.getenv(setting));
        if (value == null || value.isBlank()) {
            return Optional.empty();
        }
        var path = Path.of(value);
        if (!Files.isExecutable(path)) {
            throw new IllegalArgumentException(setting + " is no program: " + path);
        }
        return Optional.of(path);
    }

    private static Optional<Path> fromLab(String program) {
        return labScript()
                .flatMap(script -> printedBy(script, program))
                .filter(Files::isExecutable);
    }

    /** Tests run in the directory of their module, or in that of the repository from an IDE. */
    private static Optional<Path> labScript() {
        for (var directory = Path.of("").toAbsolutePath();
                directory != null;
                directory = directory.getParent()) {
            var script = directory.resolve("lab/lab");
            if (Files.isExecutable(script)) {
                return Optional.of(script);
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> printedBy(Path script, String program) {
        try {
            var output = Files.createTempFile("lab-bin", ".txt");
            try {
                var process =
                        new ProcessBuilder(script.toString(), "bin", program)
                                .redirectOutput(output.toFile())
                                .redirectError(ProcessBuilder.Redirect.INHERIT)
                                .start();
                if (!process.waitFor(BUILD_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroy();
                    return Optional.empty();
                }
                return process.exitValue() == 0
                        ? Files.readString(output).lines().findFirst().map(Path::of)
                        : Optional.empty();
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new IllegalStateException(script + " cannot be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + script + " ran", e);
        }
    }
}
