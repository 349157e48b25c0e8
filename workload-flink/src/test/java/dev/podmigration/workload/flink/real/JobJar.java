package dev.podmigration.workload.flink.real;

import dev.podmigration.examples.flink.CounterJob;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** examples/flink-counter-job, as it was built. */
final class JobJar {

    private JobJar() {}

    static Path path() throws IOException {
        try {
            Path found =
                    Path.of(
                            CounterJob.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI());
            if (!found.toString().endsWith(".jar")) {
                throw new IOException(found + " is no jar: build at least to the phase package");
            }
            return found;
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
