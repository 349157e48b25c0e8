package dev.podmigration.deploy.docs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.podmigration.deploy.Project;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The shell of a user who sits in the project's directory. */
record Shell(Map<String, String> environment) {
    /** One that builds kubectl or Helm first. */
    private static final Duration LIMIT = Duration.ofMinutes(15);

    /** What a script printed, errors among it, and its exit code. */
    record Outcome(int code, String output) {}

    Shell {
        environment = Map.copyOf(environment);
    }

    /** What a script printed; fails unless it succeeds. */
    String orFail(String script) throws IOException, InterruptedException {
        Outcome outcome = run(script);
        if (outcome.code() != 0) {
            throw new IOException(outcome.output() + "\nfailed: " + script);
        }
        return outcome.output();
    }

    Outcome run(String script) throws IOException, InterruptedException {
        Path output = Files.createTempFile("documented-commands", ".txt");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder("sh", "-euc", script)
                            .directory(Project.path("").toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroy);
                process.destroy();
                throw new IOException("not done in " + LIMIT + ": " + script);
            }
            return new Outcome(process.exitValue(), Files.readString(output, UTF_8));
        } finally {
            Files.delete(output);
        }
    }
}
