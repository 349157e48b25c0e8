package dev.podmigration.agent.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.DataDirectory;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Another node says which links to make below the kubelet's directory of a pod. */
class DataDirectoryLinksTest {

    private static final String PLUGIN = "kubernetes.io~configmap";
    private static final String NAME = "..2026_08_01_12_00_00.123456789";

    @TempDir Path volumes;
    private Path volume;

    @BeforeEach
    void theVolumeAsTheKubeletMakesIt() throws IOException {
        volume = Files.createDirectories(volumes.resolve(PLUGIN).resolve("settings"));
        Files.createDirectory(volume.resolve("..2026_09_09_00_00_00.1"));
        Files.createSymbolicLink(volume.resolve("..data"), Path.of("..2026_09_09_00_00_00.1"));
    }

    @Test
    void the_sources_name_leads_to_the_content_that_is_here() throws Exception {
        make(PLUGIN, "settings", NAME);

        assertThat(Files.readSymbolicLink(volume.resolve(NAME)))
                .isEqualTo(Path.of("..2026_09_09_00_00_00.1"));
    }

    @Test
    void it_may_be_made_twice_and_replaces_nothing() throws Exception {
        Files.createDirectory(volume.resolve(NAME));

        make(PLUGIN, "settings", NAME);
        make(PLUGIN, "settings", NAME);

        assertThat(volume.resolve(NAME)).isDirectory();
    }

    @Test
    void a_volume_that_is_not_here_gets_none() throws Exception {
        make(PLUGIN, "other", NAME);

        assertThat(volumes.resolve(PLUGIN).resolve("other")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "..,                       settings,    ..2026_08_01_12_00_00.1",
        "kubernetes.io~configmap/.., settings,  ..2026_08_01_12_00_00.1",
        "kubernetes.io~configmap,  ../settings, ..2026_08_01_12_00_00.1",
        "kubernetes.io~configmap,  ..,          ..2026_08_01_12_00_00.1",
        "kubernetes.io~configmap,  /etc,        ..2026_08_01_12_00_00.1",
        "kubernetes.io~configmap,  settings,    ../../../../etc/cron.d/x",
        "kubernetes.io~configmap,  settings,    ..data",
        "kubernetes.io~configmap,  settings,    ..2026_08_01_12_00_00.1/x",
        "kubernetes.io~configmap,  settings,    ''",
        "'',                       '',          ..2026_08_01_12_00_00.1",
    })
    void a_name_that_leads_elsewhere_is_refused_and_nothing_is_made(
            String plugin, String volumeName, String name) throws IOException {
        List<Path> before = everything();

        assertThatThrownBy(() -> make(plugin, volumeName, name)).isInstanceOf(AgentFailure.class);

        assertThat(everything()).isEqualTo(before);
    }

    private void make(String plugin, String volumeName, String name)
            throws IOException, AgentFailure {
        DataDirectoryLinks.make(
                volumes,
                List.of(
                        DataDirectory.newBuilder()
                                .setPlugin(plugin)
                                .setVolume(volumeName)
                                .setName(name)
                                .build()));
    }

    private List<Path> everything() throws IOException {
        try (Stream<Path> files = Files.walk(volumes)) {
            return files.sorted().toList();
        }
    }
}
