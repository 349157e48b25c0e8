package dev.podmigration.e2e.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.apiserver.ApiServerExtension;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import io.fabric8.kubernetes.client.KubernetesClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.stream.Collectors;
import java.util.stream.Stream;

@ExtendWith(ApiServerExtension.class)
class EveryRuleHasARowIT {
    @Test
    void noRuleOfAnyCrdIsWithoutARowThatItRefuses(KubernetesClient client) {
        var rules =
                client.apiextensions().v1().customResourceDefinitions().list().getItems().stream()
                        .filter(crd -> crd.getSpec().getGroup().equals("podmigration.dev"))
                        .flatMap(EveryRuleHasARowIT::messages)
                        .collect(Collectors.toSet());
        var rows =
                Stream.concat(RefusedObjectsIT.messages(), RefusedChangesIT.messages())
                        .collect(Collectors.toSet());
        assertThat(rules).isNotEmpty().isEqualTo(rows);
    }

    private static Stream<String> messages(CustomResourceDefinition crd) {
        return messages(crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema());
    }

    private static Stream<String> messages(JSONSchemaProps schema) {
        var own = schema.getXKubernetesValidations().stream().map(ValidationRule::getMessage);
        var below = schema.getProperties().values().stream().flatMap(EveryRuleHasARowIT::messages);
        var items =
                schema.getItems() == null
                        ? Stream.<String>empty()
                        : messages(schema.getItems().getSchema());
        return Stream.of(own, below, items).flatMap(messages -> messages);
    }
}
