package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

@SchemaCustomizer(
        value = Description.class,
        input =
                "How pods of a namespace may be moved. For each pod the policy counts whose"
                        + " selector names the most labels, and of several the first by name.")
@Group("podmigration.dev")
@Version("v1alpha1")
@ShortNames("mpol")
@AdditionalPrinterColumn(name = "Strategies", jsonPath = ".spec.strategies")
@AdditionalPrinterColumn(
        name = "Freeze(s)",
        jsonPath = ".spec.limits.freezeSeconds",
        type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Total(s)",
        jsonPath = ".spec.limits.totalSeconds",
        type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Max-Parallel",
        jsonPath = ".spec.maxParallel",
        type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class MigrationPolicy extends CustomResource<MigrationPolicySpec, Void>
        implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    @Required
    @JsonPropertyDescription("What is allowed. Required.")
    public MigrationPolicySpec getSpec() {
        return super.getSpec();
    }

    @Override
    protected MigrationPolicySpec initSpec() {
        return new MigrationPolicySpec();
    }
}
