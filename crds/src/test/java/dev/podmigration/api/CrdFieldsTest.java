package dev.podmigration.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a person sees of the API in {@code kubectl explain} and {@code kubectl get}. */
class CrdFieldsTest {
    private static final Pattern UNIT = Pattern.compile("([bB]ytes|[sS]econds)$");

    @ParameterizedTest
    @MethodSource("dev.podmigration.api.CrdSchemas#committed")
    void everyFieldHasADescription(CustomResourceDefinition crd) {
        assertThat(CrdSchemas.schema(crd).getDescription()).isNotBlank();
        assertThat(fieldsOf(crd).entrySet())
                .filteredOn(field -> isBlank(field.getValue().getDescription()))
                .extracting(Map.Entry::getKey)
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("dev.podmigration.api.CrdSchemas#committed")
    void everyFieldOfASpecSaysItsDefaultOrThatItIsRequired(CustomResourceDefinition crd) {
        assertThat(fieldsOf(crd).entrySet())
                .filteredOn(field -> field.getKey().contains(".spec"))
                .filteredOn(
                        field ->
                                !field.getValue().getDescription().contains("Default: ")
                                        && !field.getValue().getDescription().contains("Required"))
                .extracting(Map.Entry::getKey)
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("dev.podmigration.api.CrdSchemas#committed")
    void everyFieldWithASchemaDefaultSaysTheSameInItsDescription(CustomResourceDefinition crd) {
        assertThat(fieldsOf(crd).entrySet())
                .filteredOn(field -> CrdSchemas.simpleDefault(field.getValue()).isPresent())
                .filteredOn(field -> !saysItsDefault(field.getValue()))
                .extracting(Map.Entry::getKey)
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("dev.podmigration.api.CrdSchemas#committed")
    void everyFieldNamedAfterAUnitSaysTheUnit(CustomResourceDefinition crd) {
        assertThat(fieldsOf(crd).entrySet())
                .filteredOn(field -> "integer".equals(field.getValue().getType()))
                .filteredOn(field -> UNIT.matcher(field.getKey()).find())
                .filteredOn(field -> !field.getValue().getDescription().contains("Unit: "))
                .extracting(Map.Entry::getKey)
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("dev.podmigration.api.CrdSchemas#withStatus")
    void conditionsAreAMapByType(CustomResourceDefinition crd) {
        var conditions =
                fieldsOf(crd).get(crd.getSpec().getNames().getKind() + ".status.conditions");
        assertThat(conditions.getXKubernetesListType()).isEqualTo("map");
        assertThat(conditions.getXKubernetesListMapKeys()).containsExactly("type");
        assertThat(conditions.getItems().getSchema().getRequired())
                .contains("type", "status", "reason", "lastTransitionTime");
    }

    @ParameterizedTest
    @MethodSource("dev.podmigration.api.CrdSchemas#withStatus")
    void theStatusIsASubresource(CustomResourceDefinition crd) {
        assertThat(crd.getSpec().getVersions().get(0).getSubresources().getStatus()).isNotNull();
    }

    @Test
    void theColumnsOfEachKindTellItsStory() {
        Map<String, List<String>> columns =
                CrdSchemas.committed().stream()
                        .collect(
                                Collectors.toMap(
                                        crd -> crd.getSpec().getNames().getKind(),
                                        CrdFieldsTest::columnsAlwaysShown));
        assertThat(columns)
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "PodMigration",
                                List.of(
                                        "Phase",
                                        "Pod",
                                        "From",
                                        "To",
                                        "Strategy",
                                        "Freeze(ms)",
                                        "Age"),
                                "PodCheckpoint",
                                List.of("Phase", "Goal", "Pod", "Node", "Peer", "Age"),
                                "PodRestore",
                                List.of("Phase", "Goal", "Pod", "Node", "From", "Age"),
                                "MigrationPolicy",
                                List.of(
                                        "Strategies",
                                        "Freeze(s)",
                                        "Total(s)",
                                        "Max-Parallel",
                                        "Age"),
                                "MigrationNode",
                                List.of("Ready", "Address", "CRIU", "Runtime", "Kernel", "Age")));
    }

    private static Map<String, JSONSchemaProps> fieldsOf(CustomResourceDefinition crd) {
        var fields = CrdSchemas.fields(crd);
        assertThat(fields).as("fields of %s", crd.getMetadata().getName()).hasSizeGreaterThan(7);
        return fields;
    }

    private static List<String> columnsAlwaysShown(CustomResourceDefinition crd) {
        return crd.getSpec().getVersions().get(0).getAdditionalPrinterColumns().stream()
                .filter(column -> column.getPriority() == 0)
                .map(CustomResourceColumnDefinition::getName)
                .toList();
    }

    private static boolean saysItsDefault(JSONSchemaProps field) {
        var text = "Default: " + CrdSchemas.simpleDefault(field).orElseThrow();
        return field.getDescription().contains(text);
    }

    private static boolean isBlank(String text) {
        return text == null || text.isBlank();
    }
}
