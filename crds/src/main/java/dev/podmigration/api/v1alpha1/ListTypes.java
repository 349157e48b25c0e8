package dev.podmigration.api.v1alpha1;

import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Says which lists are maps or sets, for which the CRD generator has no annotation. The input names
 * lists: {@code conditions=type} is a map by {@code type}, {@code containers} alone is a set.
 *
 * <p>Conditions come from a class that is not ours, so their field texts and limits are set here
 * too. They are those of {@code metav1.Condition}.
 */
public final class ListTypes implements SchemaCustomizer.Customizer {
    private static final Pattern ENTRY = Pattern.compile("(\\w+)(?:=(\\w+))?");

    private static final Map<String, String> CONDITION_FIELDS =
            Map.of(
                    "type", "Type of the condition, for example Ready.",
                    "status", "True, False or Unknown.",
                    "observedGeneration",
                            "Generation of the spec that this condition speaks about.",
                    "lastTransitionTime", "When the status last changed. RFC 3339.",
                    "reason", "Machine-readable reason in CamelCase.",
                    "message", "What a person needs to know. May be empty.");

    @Override
    public JSONSchemaProps apply(
            JSONSchemaProps schema, String input, KubernetesSerialization serialization) {
        ENTRY.matcher(input)
                .results()
                .forEach(
                        entry -> {
                            JSONSchemaProps list = schema.getProperties().get(entry.group(1));
                            setType(list, entry.group(2));
                            if (entry.group(1).equals("conditions")) {
                                describeCondition(list.getItems().getSchema());
                            }
                        });
        return schema;
    }

    private static void setType(JSONSchemaProps list, @Nullable String key) {
        list.setXKubernetesListType(key == null ? "set" : "map");
        if (key != null) {
            list.setXKubernetesListMapKeys(List.of(key));
        }
    }

    private static void describeCondition(JSONSchemaProps condition) {
        condition
                .getProperties()
                .forEach((name, field) -> field.setDescription(CONDITION_FIELDS.get(name)));
        condition.setRequired(List.of("lastTransitionTime", "reason", "status", "type"));
        JSONSchemaProps reason = condition.getProperties().get("reason");
        reason.setMinLength(1L);
        reason.setMaxLength(1024L);
        reason.setPattern("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$");
        condition.getProperties().get("type").setMaxLength(316L);
        condition.getProperties().get("message").setMaxLength(32768L);
        condition.getProperties().get("status").setPattern("^(True|False|Unknown)$");
    }
}
