package dev.podmigration.agent.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;

/** Paths in a tree. */
class TreePathTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "var/data",
                "/var/data",
                "/var/data/",
                "//var/./data//",
                "/../x/../var/data"
            })
    void a_mount_destination_means_the_same_however_it_is_written(String destination) {
        assertThat(TreePath.of(destination)).isEqualTo(TreePath.of("var/data"));
    }

    @Test
    void a_neighbour_with_a_longer_name_is_not_below() {
        TreePath data = TreePath.of("data");

        assertThat(TreePath.of("data/x").startsWith(data)).isTrue();
        assertThat(TreePath.of("data").startsWith(data)).isTrue();
        assertThat(TreePath.of("data2").startsWith(data)).isFalse();
        assertThat(TreePath.of("data").startsWith(TreePath.ROOT)).isTrue();
    }

    @Test
    void parent_and_name_make_up_the_path() {
        TreePath path = TreePath.of("a/b/c");

        assertThat(path.parent()).isEqualTo(TreePath.of("a/b"));
        assertThat(path.name()).isEqualTo("c".getBytes(StandardCharsets.US_ASCII));
        assertThat(TreePath.of("a").parent()).isEqualTo(TreePath.ROOT);
        assertThat(TreePath.of(path.wire())).isEqualTo(path);
    }

    @Test
    void a_path_that_the_kernel_would_not_take_is_refused() {
        TreePath almost = TreePath.of("d/".repeat(2047));
        assertThat(almost.bytes()).hasSize(4093);

        assertThat(almost.child(new byte[] {'x'}).bytes()).hasSize(4095);
        assertThatThrownBy(() -> almost.child(new byte[] {'x', 'y'}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void messages_show_bytes_that_a_terminal_would_obey_or_garble() {
        assertThat(TreePath.ROOT.child(new byte[] {'a', '\n', (byte) 0xff}))
                .hasToString("a\\x0a\\xff");
        assertThat(TreePath.ROOT).hasToString(".");
    }
}
