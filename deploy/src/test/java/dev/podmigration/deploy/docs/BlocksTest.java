package dev.podmigration.deploy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;

import dev.podmigration.deploy.CrdSchema;
import dev.podmigration.deploy.Project;
import dev.podmigration.deploy.Yaml;
import dev.podmigration.pages.Block;
import dev.podmigration.pages.Page;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

class BlocksTest {
    private static final Set<String> PLACES = Set.of("api", "lab", "node", "ci");

    /** Words that begin like a file of the project; what only a build makes is below target/. */
    private static final Pattern FILE =
            Pattern.compile(
                    "(?<![\\w./-])(?:\\./(?:demo|verify)|(?:deploy|docs|examples|lab|crds)/[\\w./-]*\\w)");

    static List<Block> blocks() {
        return Page.all(Project.path("")).stream().flatMap(page -> page.blocks().stream()).toList();
    }

    static Stream<Block> commands() {
        return blocks().stream().filter(block -> block.language().equals("sh"));
    }

    static Stream<Block> code() {
        return blocks().stream().filter(block -> block.language().equals("java"));
    }

    static Stream<Block> manifests() {
        return blocks().stream().filter(block -> block.language().equals("yaml"));
    }

    @Test
    void everyBlockIsOfAKindThatIsTested() {
        assertThat(blocks())
                .isNotEmpty()
                .allSatisfy(
                        block ->
                                assertThat(block.language())
                                        .as(block.place())
                                        .isIn("sh", "yaml", "java", "text", ""));
        assertThat(commands())
                .allSatisfy(block -> assertThat(block.mark()).as(block.place()).isIn(PLACES));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void theShellUnderstandsEveryCommand(Block block) throws Exception {
        Process shell = new ProcessBuilder("sh", "-n").redirectErrorStream(true).start();
        try (var input = shell.outputWriter(UTF_8)) {
            input.write(block.text());
        }
        String complaint = new String(shell.getInputStream().readAllBytes(), UTF_8);
        assertThat(shell.waitFor()).as(complaint).isZero();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyFileThatACommandNamesExists(Block block) {
        assertThat(
                        FILE.matcher(block.text())
                                .results()
                                .map(MatchResult::group)
                                .filter(name -> !name.contains("target/")))
                .allSatisfy(name -> assertThat(Files.exists(Project.path(name))).as(name).isTrue());
    }

    /** Behind {@code java} stands the file, which the build compiles and tests. */
    @ParameterizedTest
    @MethodSource("code")
    void everyPieceOfCodeIsPartOfTheFileThatItNames(Block block) {
        assertThat(Yaml.read(Project.path(block.mark()))).contains(block.text().strip());
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void everyManifestHasOnlyFieldsThatExist(Block block) {
        List<JsonNode> documents = Yaml.documents(block.text());
        assertThat(documents).isNotEmpty();
        for (JsonNode document : documents) {
            assertThat(document.path("apiVersion").asText()).startsWith("podmigration.dev/");
            String kind = document.path("kind").asText();
            assertThat(CrdSchema.of(kind)).as(kind).isPresent();
            assertThat(CrdSchema.of(kind).orElseThrow().problems(document)).isEmpty();
        }
    }
}
