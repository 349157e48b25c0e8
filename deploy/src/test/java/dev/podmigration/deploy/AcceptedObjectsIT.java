package dev.podmigration.deploy;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What we give to users is taken by an API server that refuses every field it does not know. */
@ExtendWith(ApiServerExtension.class)
class AcceptedObjectsIT {
    private final KubernetesClient client;

    AcceptedObjectsIT(ApiServer server) {
        client = server.client();
    }

    static List<Path> examples() {
        return ExamplesTest.examples();
    }

    @Test
    void theChartIsAccepted() {
        accept(Chart.ofThisProject().objects(Map.of("namespace.create", "true")));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleIsAccepted(Path example) {
        accept(Yaml.objects(Yaml.read(example)));
    }

    private void accept(List<HasMetadata> objects) {
        objects.stream()
                .map(object -> object.getMetadata().getNamespace())
                .filter(name -> name != null)
                .distinct()
                .forEach(this::ensureNamespace);
        for (HasMetadata object : objects) {
            if (object instanceof Namespace) {
                continue;
            }
            assertThatCode(
                            () ->
                                    client.resource(object)
                                            .dryRun()
                                            .fieldValidation(Validation.STRICT)
                                            .serverSideApply())
                    .as(object.getKind() + " " + object.getMetadata().getName())
                    .doesNotThrowAnyException();
        }
    }

    private void ensureNamespace(String name) {
        client.resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(name)
                                .endMetadata()
                                .build())
                .serverSideApply();
    }
}
