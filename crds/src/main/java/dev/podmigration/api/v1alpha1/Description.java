package dev.podmigration.api.v1alpha1;

import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/** The text that {@code kubectl explain} shows for a kind; the generator only describes fields. */
public final class Description implements SchemaCustomizer.Customizer {
    @Override
    public JSONSchemaProps apply(
            JSONSchemaProps schema, String input, KubernetesSerialization serialization) {
        schema.setDescription(input);
        // The generator gives every kind a status, also one that has none.
        JSONSchemaProps status = schema.getProperties().get("status");
        if (status != null && status.getProperties().isEmpty()) {
            schema.getProperties().remove("status");
        }
        return schema;
    }
}
