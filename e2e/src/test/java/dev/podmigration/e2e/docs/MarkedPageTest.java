package dev.podmigration.e2e.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class MarkedPageTest {

    private static final String BEGIN = "<!-- bench/some writes from here -->";

    @TempDir private Path directory;

    @Test
    void onlyWhatIsBetweenTheMarksIsReplaced() throws IOException {
        MarkedPage page = page("above\n" + BEGIN + "\nold\n<!-- to here -->\nbelow\n");
        page.update(
                before -> {
                    assertThat(before).isEqualTo("old");
                    return "new\n";
                });

        assertThat(page.read()).isEqualTo("new");
        assertThat(page.file()).hasContent("above\n" + BEGIN + "\nnew\n<!-- to here -->\nbelow\n");
    }

    @Test
    void aPageWithoutMarksIsLeftAlone() throws IOException {
        MarkedPage page = page("above\n<!-- to here -->");
        assertThatThrownBy(() -> page.write("new"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(BEGIN);
        assertThat(page.file()).hasContent("above\n<!-- to here -->");
    }

    private MarkedPage page(String text) throws IOException {
        return new MarkedPage(Files.writeString(directory.resolve("page.md"), text), "bench/some");
    }
}
