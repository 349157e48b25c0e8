package dev.podmigration.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The committed CRDs are what the chart installs and what a reviewer sees change. */
class GeneratedCrdsTest {
    private static final Path GENERATED = Path.of("target/classes/META-INF/fabric8");
    private static final Path COMMITTED = Path.of("generated");

    @Test
    void committedCrdsAreThoseOfTheApiTypes() throws IOException {
        assertThat(contentsByName(COMMITTED))
                .as("crds/generated is stale; run: mvn -Pupdate-generated -pl crds process-classes")
                .containsExactlyEntriesOf(contentsByName(GENERATED));
    }

    private static Map<String, String> contentsByName(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return Map.of();
        }
        try (var files = Files.list(directory)) {
            return files.collect(
                    Collectors.toMap(
                            file -> file.getFileName().toString(),
                            GeneratedCrdsTest::content,
                            (first, second) -> first,
                            TreeMap::new));
        }
    }

    private static String content(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
