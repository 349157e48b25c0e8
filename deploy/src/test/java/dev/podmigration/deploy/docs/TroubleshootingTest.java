package dev.podmigration.deploy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.deploy.Project;
import dev.podmigration.pages.Page;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;

class TroubleshootingTest {
    private final Page page = Page.read(Project.path(""), Project.path("docs/troubleshooting.md"));

    @Test
    void everyReasonHasOneSectionAndEverySectionAReason() {
        List<String> sections =
                page.prose().stream()
                        .filter(line -> line.startsWith("### "))
                        .map(line -> line.substring("### ".length()))
                        .toList();
        assertThat(sections)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(FailureReason.values()).map(Enum::name).toList());
    }

    @Test
    void noSectionIsEmpty() {
        List<String> lines = page.prose().stream().filter(line -> !line.isBlank()).toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("### ")) {
                assertThat(i + 1).as(lines.get(i)).isLessThan(lines.size());
                assertThat(lines.get(i + 1)).as(lines.get(i)).doesNotStartWith("#");
            }
        }
    }
}
