package dev.podmigration.deploy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.deploy.Project;
import dev.podmigration.pages.Page;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

class LinksTest {
    private static final Path DECISIONS = Project.path("docs/decisions");

    /** The pages, and those of directories that are read on their own. */
    static Stream<Page> pages() {
        return Stream.concat(
                Page.all(Project.path("")).stream(),
                Stream.of(
                                "deploy/README.md",
                                "examples/criu-options/README.md",
                                "lab/README.md",
                                "lab/images/flink/README.md",
                                "lab/images/kafka/README.md")
                        .map(name -> Page.read(Project.path(""), Project.path(name))));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsToAFileAndAHeadingThatExist(Page page) {
        assertThat(page.links().stream().flatMap(link -> problem(page, link).stream())).isEmpty();
    }

    @Test
    void aLinkThatLeadsNowhereWouldBeSeen() {
        Page readme = Page.read(Project.path(""), Project.path("README.md"));
        assertThat(problem(readme, "docs/concept.md")).isPresent();
        assertThat(problem(readme, "docs/concepts.md#faces")).isPresent();
        assertThat(problem(readme, "docs/concepts.md#phases")).isEmpty();
    }

    @Test
    void everyDecisionHasANumberOfItsOwn() throws IOException {
        List<String> files =
                decisions().stream().filter(name -> !name.equals("README.md")).toList();
        assertThat(files)
                .isNotEmpty()
                .allSatisfy(name -> assertThat(name).matches("\\d{4}-[a-z0-9-]+\\.md"));
        assertThat(files.stream().map(name -> name.substring(0, 4))).doesNotHaveDuplicates();
    }

    private static List<String> decisions() throws IOException {
        try (Stream<Path> files = Files.list(DECISIONS)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static Optional<String> problem(Page page, String link) {
        if (link.startsWith("https://")) {
            return Optional.empty();
        }
        String[] parts = link.split("#", 2);
        Path file =
                parts[0].isEmpty() ? page.file() : page.file().resolveSibling(parts[0]).normalize();
        if (!Files.exists(file)) {
            return Optional.of(link + ": there is no such file");
        }
        boolean found =
                parts.length == 1 || Page.read(Project.path(""), file).anchors().contains(parts[1]);
        return found ? Optional.empty() : Optional.of(link + ": there is no such heading");
    }
}
