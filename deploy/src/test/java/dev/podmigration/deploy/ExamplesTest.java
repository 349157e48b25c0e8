package dev.podmigration.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

class ExamplesTest {
    private static final Path EXAMPLES = Project.path("examples");

    static List<Path> examples() {
        return Yaml.files(EXAMPLES);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyObjectIsOneThatKubernetesOrThisProjectKnows(Path example) {
        for (JsonNode document : Yaml.documents(Yaml.read(example))) {
            String kind = document.path("kind").asText();
            if (document.path("apiVersion").asText().startsWith("podmigration.dev/")) {
                assertThat(CrdSchema.of(kind)).as(kind).isPresent();
                assertThat(CrdSchema.of(kind).orElseThrow().problems(document)).isEmpty();
            }
        }
        assertThat(Yaml.objects(Yaml.read(example)))
                .isNotEmpty()
                .allSatisfy(object -> assertThat(object.getMetadata().getName()).isNotBlank());
    }

    @Test
    void aMisspeltFieldInAnExampleWouldBeSeen() {
        JsonNode migration =
                Yaml.documents(
                                """
                                kind: PodMigration
                                spec:
                                  pod: {name: a}
                                  checkpoint: {tcpEstablised: true}
                                  network: {address: Kep}
                                  limits: {freezeSeconds: many, totalSeconds: 5}
                                """)
                        .getFirst();
        assertThat(CrdSchema.of("PodMigration").orElseThrow().problems(migration))
                .hasSize(4)
                .anyMatch(problem -> problem.startsWith(".spec.checkpoint.tcpEstablised does not"))
                .anyMatch(problem -> problem.startsWith(".spec.network.address is none of"))
                .anyMatch(problem -> problem.startsWith(".spec.limits.freezeSeconds is no integer"))
                .anyMatch(problem -> problem.startsWith(".spec.limits.totalSeconds is less than"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"flink-cluster.yaml", "flink-full.yaml"})
    void theFlinkMigrationNamesThePodOfTheFlinkCluster(String cluster) {
        JsonNode migration =
                Yaml.documents(Yaml.read(EXAMPLES.resolve("flink-migration-with-tcp-flags.yaml")))
                        .getFirst();
        assertThat(objects(cluster).filter(Pod.class::isInstance))
                .extracting(
                        pod -> pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName())
                .contains(
                        migration.at("/metadata/namespace").asText()
                                + "/"
                                + migration.at("/spec/pod/name").asText());
    }

    @Test
    void theGroupOfTheFlinkClusterIsItsJobManagerAndItsTaskManager() {
        JsonNode labels =
                Yaml.documents(Yaml.read(EXAMPLES.resolve("flink-session-group.yaml")))
                        .getFirst()
                        .at("/spec/selector/matchLabels");
        assertThat(objects("flink-cluster.yaml"))
                .filteredOn(Pod.class::isInstance)
                .allSatisfy(
                        pod ->
                                assertThat(pod.getMetadata().getLabels())
                                        .containsEntry("app", labels.path("app").asText()));
        assertThat(objects("flink-cluster.yaml"))
                .filteredOn(Deployment.class::isInstance)
                .map(object -> (Deployment) object)
                .extracting(deployment -> deployment.getSpec().getTemplate().getMetadata())
                .allSatisfy(
                        template ->
                                assertThat(template.getLabels())
                                        .containsEntry("app", labels.path("app").asText()));
    }

    @Test
    void theLabBringsTheImagesThatTheExamplesName() throws Exception {
        Pattern image = Pattern.compile("image: (\\S+)");
        List<String> built =
                List.of(
                        imageName("flink"),
                        imageName("flink", "--flink", "2.3.0"),
                        imageName("flink", "--full"),
                        imageName("flink", "--flink", "2.3.0", "--full"),
                        imageName("kafka"));
        List<String> named =
                examples().stream()
                        .flatMap(example -> image.matcher(Yaml.read(example)).results())
                        .map(match -> match.group(1))
                        .distinct()
                        .toList();
        assertThat(named).isNotEmpty();
        assertThat(built).containsAll(named);
    }

    private static String imageName(String image, String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Project.path("lab/images/" + image + "/build").toString());
        command.addAll(List.of(options));
        command.add("--name");
        Process build = new ProcessBuilder(command).start();
        return new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    private static Stream<HasMetadata> objects(String example) {
        return Yaml.objects(Yaml.read(EXAMPLES.resolve(example))).stream();
    }
}
