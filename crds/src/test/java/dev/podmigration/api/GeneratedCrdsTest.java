package dev.podmigration.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The committed CRDs are what the chart installs and what a reviewer sees change. */
class GeneratedCrdsTest {
    private static final Path COMMITTED = Path.of("generated");
    private static final String REMEDY =
            "crds/generated is stale; run: mvn -Pupdate-generated -pl crds process-classes";

    @Test
    void committedCrdsAreThoseOfTheApiTypes() throws Exception {
        var generated = generatedCrds();
        assertThat(fileNames(COMMITTED)).as(REMEDY).isEqualTo(fileNames(generated));
        for (var name : fileNames(generated)) {
            assertThat(COMMITTED.resolve(name))
                    .as(REMEDY)
                    .hasSameTextualContentAs(generated.resolve(name));
        }
    }

    private static Path generatedCrds() throws URISyntaxException {
        URI classes = GeneratedCrdsTest.class.getResource("/META-INF/fabric8").toURI();
        return Path.of(classes);
    }

    private static List<String> fileNames(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
