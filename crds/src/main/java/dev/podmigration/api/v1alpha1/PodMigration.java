package dev.podmigration.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** The wish of a user: move one pod to another node without stopping what runs in it. */
@Group("podmigration.dev")
@Version("v1alpha1")
@ShortNames("pm")
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase", type = Type.STRING)
@AdditionalPrinterColumn(name = "Pod", jsonPath = ".spec.pod.name", type = Type.STRING)
@AdditionalPrinterColumn(name = "From", jsonPath = ".status.source.nodeName", type = Type.STRING)
@AdditionalPrinterColumn(name = "To", jsonPath = ".status.target.nodeName", type = Type.STRING)
@AdditionalPrinterColumn(
        name = "Strategy",
        jsonPath = ".status.strategy.chosen",
        type = Type.STRING)
@AdditionalPrinterColumn(
        name = "Freeze(ms)",
        jsonPath = ".status.freeze.milliseconds",
        type = Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Reason",
        jsonPath = ".status.failure.reason",
        type = Type.STRING,
        priority = 1)
@AdditionalPrinterColumn(
        name = "New-Pod",
        jsonPath = ".status.target.podName",
        type = Type.STRING,
        priority = 1)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
@ValidationRule(
        value = "size(self.metadata.name) <= 63",
        message = "metadata.name must fit in a label: at most 63 characters")
public class PodMigration extends CustomResource<PodMigrationSpec, PodMigrationStatus>
        implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    @Required
    public PodMigrationSpec getSpec() {
        return super.getSpec();
    }
}
