package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

@SchemaCustomizer(
        value = Description.class,
        input =
                "The wish of a user: move one pod, or a group of pods as one, to another node"
                        + " without stopping what runs in it.")
@Group("podmigration.dev")
@Version("v1alpha1")
@ShortNames("pm")
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase")
@AdditionalPrinterColumn(name = "Pod", jsonPath = ".spec.pod.name")
@AdditionalPrinterColumn(name = "From", jsonPath = ".status.source.nodeName")
@AdditionalPrinterColumn(name = "To", jsonPath = ".status.target.nodeName")
@AdditionalPrinterColumn(name = "Strategy", jsonPath = ".status.strategy.chosen")
@AdditionalPrinterColumn(
        name = "Freeze(ms)",
        jsonPath = ".status.freeze.milliseconds",
        type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Group", jsonPath = ".spec.group.name", priority = 1)
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.failure.reason", priority = 1)
@AdditionalPrinterColumn(name = "New-Pod", jsonPath = ".status.target.podName", priority = 1)
@AdditionalPrinterColumn(
        name = "TTL(s)",
        jsonPath = ".spec.ttlSecondsAfterFinished",
        type = AdditionalPrinterColumn.Type.INTEGER,
        priority = 1)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@ValidationRule(
        value = "size(self.metadata.name) <= 63",
        message = "metadata.name must fit in a label: at most 63 characters")
@ValidationRule(
        value = "!has(self.spec.group) || self.metadata.name in self.spec.group.members",
        message = "spec.group.members of a member names itself, too",
        fieldPath = ".spec.group.members")
public class PodMigration extends CustomResource<PodMigrationSpec, PodMigrationStatus>
        implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    @Required
    @JsonPropertyDescription(
            "The wish. Nothing in it can be changed later, except that it can be cancelled, and how"
                    + " long it is kept. Required.")
    public PodMigrationSpec getSpec() {
        return super.getSpec();
    }

    @Override
    @JsonPropertyDescription("How far the migration has come. Written by the operator.")
    // An empty one is not there: the client writes a status as the difference to what it read, and
    // the API server knows no member of a status that it does not have.
    @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = PodMigrationStatus.class)
    public PodMigrationStatus getStatus() {
        return super.getStatus();
    }

    @Override
    protected PodMigrationSpec initSpec() {
        return new PodMigrationSpec();
    }

    /** Never null: an object whose status nobody has written yet has an empty one. */
    @Override
    protected PodMigrationStatus initStatus() {
        return new PodMigrationStatus();
    }
}
