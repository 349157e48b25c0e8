package dev.podmigration.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

class ExtendedAttributesTest {
    @TempDir Path directory;

    private Path file;

    @BeforeEach
    void createFile() throws IOException {
        file = Files.createFile(directory.resolve("file"));
    }

    @Test
    void an_attribute_can_be_written_read_listed_and_removed() throws IOException {
        byte[] value = {0, 1, (byte) 0xff, 0};

        ExtendedAttributes.set(file, "user.one", value);
        ExtendedAttributes.set(file, "user.empty", new byte[0]);

        assertThat(ExtendedAttributes.get(file, "user.one")).contains(value);
        assertThat(ExtendedAttributes.get(file, "user.empty")).contains(new byte[0]);
        assertThat(ExtendedAttributes.get(file, "user.other")).isEmpty();
        assertThat(ExtendedAttributes.read(file)).containsOnlyKeys("user.one", "user.empty");

        ExtendedAttributes.remove(file, "user.one");
        assertThat(ExtendedAttributes.names(file)).containsExactly("user.empty");
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> ExtendedAttributes.remove(file, "user.one"))
                .satisfies(e -> assertThat(e.errnoName()).isEqualTo("ENODATA"));
    }

    @Test
    void trusted_attributes_and_file_capabilities_are_seen() throws IOException {
        assumeTrue(Root.here(), "needs root");
        // vfs_cap_data revision 2: cap_net_raw, effective.
        byte[] capability = HexFormat.of().parseHex("0100000200200000000000000000000000000000");

        ExtendedAttributes.set(file, "trusted.overlay.opaque", new byte[] {'y'});
        ExtendedAttributes.set(file, "security.capability", capability);

        assertThat(ExtendedAttributes.read(file))
                .containsOnlyKeys("trusted.overlay.opaque", "security.capability");
        assertThat(ExtendedAttributes.get(file, "security.capability")).contains(capability);
    }

    @Test
    void a_symbolic_link_has_attributes_of_its_own() throws IOException {
        assumeTrue(Root.here(), "needs root");
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("nowhere"));

        ExtendedAttributes.set(link, "trusted.mark", new byte[] {1});

        assertThat(ExtendedAttributes.read(link)).containsOnlyKeys("trusted.mark");
        assertThat(ExtendedAttributes.read(file)).isEmpty();
    }

    @Test
    void a_file_system_without_attributes_has_none() throws IOException {
        assertThat(ExtendedAttributes.read(Path.of("/proc/self/status"))).isEmpty();
        assertThat(ExtendedAttributes.get(Path.of("/proc/self/status"), "user.x")).isEmpty();
    }
}
