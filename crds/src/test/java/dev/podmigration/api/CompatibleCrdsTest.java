package dev.podmigration.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRuleBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Within a version fields are added; objects that were stored or written stay good. */
class CompatibleCrdsTest {

    @ParameterizedTest
    @MethodSource("dev.podmigration.api.CrdSchemas#baseline")
    void whatTheLastReleaseTookIsStillTaken(CustomResourceDefinition before) {
        Map<String, CustomResourceDefinition> now =
                CrdSchemas.committed().stream()
                        .collect(
                                Collectors.toMap(
                                        crd -> crd.getMetadata().getName(), Function.identity()));

        assertThat(Optional.ofNullable(now.get(before.getMetadata().getName())))
                .as("the kind is still there")
                .hasValueSatisfying(
                        after ->
                                assertThat(CrdChanges.breaking(before, after))
                                        .as("docs/development.md, section \"The API\"")
                                        .isEmpty());
    }

    static Stream<Arguments> incompatibleChanges() {
        return Stream.of(
                change("spec.pod is gone", spec -> spec.getProperties().remove("pod")),
                change("became required: target", spec -> spec.getRequired().add("target")),
                change(
                        "spec.dryRun: type has changed",
                        spec -> field(spec, "dryRun").setType("string")),
                change(
                        "maximum is narrower: 599",
                        spec -> field(field(spec, "limits"), "freezeSeconds").setMaximum(599.0)),
                change(
                        "minimum is narrower: 2",
                        spec -> field(field(spec, "limits"), "freezeSeconds").setMinimum(2.0)),
                change(
                        "spec.pod.name: pattern is new or has changed",
                        spec -> field(field(spec, "pod"), "name").setPattern("^a$")),
                change(
                        "maxLength is narrower: 10",
                        spec -> field(field(spec, "pod"), "name").setMaxLength(10L)),
                change(
                        "spec: a new rule: self.dryRun",
                        spec ->
                                spec.getXKubernetesValidations()
                                        .add(
                                                new ValidationRuleBuilder()
                                                        .withRule("self.dryRun")
                                                        .build())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("incompatibleChanges")
    void aChangeThatIsNotCompatibleIsNoticed(String message, Consumer<JSONSchemaProps> change) {
        CustomResourceDefinition before = podMigrations();
        CustomResourceDefinition after = Serialization.clone(before);
        change.accept(field(CrdSchemas.schema(after), "spec"));

        assertThat(CrdChanges.breaking(before, after)).singleElement().asString().contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {type: string, enum: [a, b]} | {type: string, enum: [a]} | take any more: b
                    {type: string} | {type: string, enum: [a]} | takes only some values now
                    {type: string, default: a} | {type: string, default: b} | default has changed
                    {type: string, default: a} | {type: string} | default has changed
                    {type: object, default: {a: 1}, properties: {a: {type: integer}, b: {type: integer}}} | {type: object, default: {a: 1, b: 2}, properties: {a: {type: integer}, b: {type: integer}}} | default has changed
                    {type: object, default: {a: 1}, properties: {a: {type: integer}}} | {type: object, default: {a: 1, b: 2}, properties: {a: {type: integer}, b: {type: integer, default: 3}}} | default has changed
                    {type: object, default: {a: 1}, properties: {a: {type: integer}}} | {type: object, default: {a: 2}, properties: {a: {type: integer}}} | default has changed
                    {type: integer} | {type: integer, minimum: 0} | minimum is new: 0
                    {type: string, nullable: true} | {type: string} | nullable has changed
                    {type: array, items: {type: string}} | {type: array, items: {type: integer}} | field[]: type has changed
                    """)
    void aFieldThatTakesLessThanBeforeIsNoticed(String before, String after, String message) {
        assertThat(CrdChanges.breaking(withField(before), withField(after)))
                .singleElement()
                .asString()
                .contains(message);
        assertThat(CrdChanges.breaking(withField(before), withField(before))).isEmpty();
    }

    private static CustomResourceDefinition withField(String schema) {
        return Serialization.unmarshal(
                """
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: things.example.com}
                spec:
                  group: example.com
                  names: {kind: Thing, plural: things}
                  versions:
                    - name: v1
                      served: true
                      schema: {openAPIV3Schema: {type: object, properties: {field: %s}}}
                """
                        .formatted(schema),
                CustomResourceDefinition.class);
    }

    @Test
    void aVersionThatIsNotServedAnyMoreIsNoticed() {
        CustomResourceDefinition before = podMigrations();
        CustomResourceDefinition after =
                new CustomResourceDefinitionBuilder(before)
                        .editSpec()
                        .editFirstVersion()
                        .withName("v1beta1")
                        .endVersion()
                        .endSpec()
                        .build();

        assertThat(CrdChanges.breaking(before, after))
                .containsExactly("PodMigration: version v1alpha1 is not served any more");
    }

    @Test
    void whatIsAddedOrAllowedIsNoBreak() {
        CustomResourceDefinition before = podMigrations();
        CustomResourceDefinition after = Serialization.clone(before);
        JSONSchemaProps spec = field(CrdSchemas.schema(after), "spec");
        JSONSchemaProps added = new JSONSchemaProps();
        added.setType("string");
        spec.getProperties().put("added", added);
        field(spec, "pod").getRequired().remove("name");
        field(field(spec, "limits"), "freezeSeconds").setMaximum(601.0);
        field(field(spec, "pod"), "name").setPattern(null);
        spec.setDescription("other words");

        assertThat(CrdChanges.breaking(before, after)).isEmpty();
    }

    private static Arguments change(String message, Consumer<JSONSchemaProps> change) {
        return Arguments.of(message, change);
    }

    private static JSONSchemaProps field(JSONSchemaProps schema, String name) {
        return schema.getProperties().get(name);
    }

    private static CustomResourceDefinition podMigrations() {
        List<CustomResourceDefinition> found =
                CrdSchemas.baseline().stream()
                        .filter(crd -> crd.getSpec().getNames().getKind().equals("PodMigration"))
                        .toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }
}
