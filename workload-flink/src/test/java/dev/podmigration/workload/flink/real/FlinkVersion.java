package dev.podmigration.workload.flink.real;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The versions that are tested, and where their jars are. */
enum FlinkVersion {
    V1_20("1.20.5"),
    V2_3("2.3.0");

    private final String number;

    FlinkVersion(String number) {
        this.number = number;
    }

    @Override
    public String toString() {
        return number;
    }

    /** The same jars that are in the lab's image. Fetched when they are used the first time. */
    Path jars() throws IOException, InterruptedException {
        Process build =
                new ProcessBuilder(
                                project().resolve("lab/images/flink/build").toString(),
                                "--flink",
                                number,
                                "--jars")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String printed =
                new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (build.waitFor() != 0) {
            throw new IOException("no jars of Flink " + number + ": see the output above");
        }
        return Path.of(printed);
    }

    static Path project() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.exists(here.resolve("lab/images/flink/build"))) {
            here = here.getParent();
        }
        return here;
    }
}
