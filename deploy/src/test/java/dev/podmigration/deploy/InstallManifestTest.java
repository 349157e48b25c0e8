package dev.podmigration.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Those who install without Helm get what the chart gives, from one source. */
class InstallManifestTest {
    private static final Path MANIFEST = Project.path("deploy/manifests/install.yaml");
    private static final String HEADER =
            """
            # Rendered from deploy/helm/podmigration with its default values.
            # To write it again: mvn -Pupdate-generated -pl deploy -am test
            """;

    @Test
    void theManifestIsWhatTheChartRenders() throws IOException {
        String rendered =
                HEADER
                        + Chart.ofThisProject()
                                .render(
                                        Map.of(
                                                "namespace.create",
                                                "true",
                                                "uninstall.hook",
                                                "false"));
        if (Boolean.getBoolean("podmigration.update")) {
            Files.writeString(MANIFEST, rendered);
        }
        assertThat(MANIFEST)
                .as("stale; write it again: mvn -Pupdate-generated -pl deploy -am test")
                .hasContent(rendered);
    }

    @Test
    void nothingInItIsMeantForHelmAlone() {
        // Applied without Helm, the Job that takes the agents back would run at once.
        assertThat(Yaml.objects(Yaml.read(MANIFEST)))
                .allSatisfy(
                        object ->
                                assertThat(object.getMetadata().getAnnotations())
                                        .doesNotContainKey("helm.sh/hook"));
    }

    @Test
    void kustomizeIsGivenTheManifest() {
        assertThat(Yaml.documents(Yaml.read(Project.path("deploy/manifests/kustomization.yaml"))))
                .singleElement()
                .satisfies(
                        kustomization ->
                                assertThat(kustomization.at("/resources/0").asText())
                                        .isEqualTo(MANIFEST.getFileName().toString()));
    }
}
