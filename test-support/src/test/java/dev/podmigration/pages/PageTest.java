package dev.podmigration.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;

class PageTest {
    @Test
    void blocksKnowTheirPlaceLanguageAndMark() {
        Page page =
                page(
                        """
                        # Title

                        ```sh api
                        kubectl get nodes
                        ```
                        ```text
                        # no heading
                        ```
                        """);
        assertThat(page.headings()).containsExactly("Title");
        assertThat(page.blocks())
                .containsExactly(
                        new Block("docs/some.md:3", "sh", "api", "kubectl get nodes\n"),
                        new Block("docs/some.md:6", "text", "", "# no heading\n"));
        assertThat(page.blocks().getFirst().isRunIn("api")).isTrue();
        assertThat(page.blocks().getFirst().isRunIn("lab")).isFalse();
    }

    @Test
    void aBlockWithoutAnEndIsAFault() {
        assertThatThrownBy(() -> page("```sh api\nkubectl get nodes\n"))
                .hasMessage("docs/some.md:1: the block has no end");
    }

    @Test
    void linksAreFoundOutsideOfCode() {
        assertThat(page("See [a](a.md) and [b](b.md#c), not `[x](y)`.").links())
                .containsExactly("a.md", "b.md#c");
    }

    @Test
    void anchorsAreMadeAsForgesMakeThem() {
        assertThat(page("## Never two, never none\n### `Keep` and GrantRefused").anchors())
                .containsExactly("never-two-never-none", "keep-and-grantrefused");
    }

    private static Page page(String text) {
        return Page.parse(Path.of("/project/docs/some.md"), "docs/some.md", text.lines().toList());
    }
}
