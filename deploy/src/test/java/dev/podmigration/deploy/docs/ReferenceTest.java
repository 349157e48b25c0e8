package dev.podmigration.deploy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.deploy.Project;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

class ReferenceTest {
    static List<GeneratedPage> pages() {
        return List.of(ApiReference.page(), ReasonsReference.page(), ValuesReference.page());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void thePageIsWhatTheCodeSays(GeneratedPage page) throws IOException {
        if (Boolean.getBoolean("podmigration.update")) {
            Files.createDirectories(page.file().getParent());
            Files.writeString(page.file(), page.text());
        }
        assertThat(page.file())
                .as("stale; write it again: " + GeneratedPage.COMMAND)
                .hasContent(page.text());
    }

    @Test
    void nothingElseIsAmongTheGeneratedPages() throws IOException {
        try (Stream<Path> files = Files.list(Project.path("docs/reference"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            pages().stream().map(GeneratedPage::name).toList());
        }
    }

    @Test
    void theApiPageDescribesFieldsOfEveryDepth() {
        assertThat(ApiReference.page().text())
                .contains("| `spec.pod.name` | string, required |")
                .contains("| `status.phaseTransitions[].phase` | one of `Armed`")
                .contains("- target.nodeName and target.nodeSelector exclude each other");
    }

    @Test
    void theReasonsAreLinkedWithTheirSections() {
        assertThat(ReasonsReference.page().text())
                .contains("[`SameNode`](../troubleshooting.md#samenode)")
                .hasLineCount(FailureReason.values().length + 8);
    }

    @Test
    void theValuesHaveTheirDefaultsAndComments() {
        assertThat(ValuesReference.page().text())
                .contains("| `agent.port` | `9444` | 1024 to 65535 | mTLS between agents");
    }
}
