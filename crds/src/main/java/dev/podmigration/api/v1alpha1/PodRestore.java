package dev.podmigration.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** What the agent of the target node is to do, and how far it has come. */
@Group("podmigration.dev")
@Version("v1alpha1")
@ShortNames("prs")
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase", type = Type.STRING)
@AdditionalPrinterColumn(name = "Goal", jsonPath = ".spec.goal", type = Type.STRING)
@AdditionalPrinterColumn(name = "Pod", jsonPath = ".spec.podName", type = Type.STRING)
@AdditionalPrinterColumn(name = "Node", jsonPath = ".spec.nodeName", type = Type.STRING)
@AdditionalPrinterColumn(name = "From", jsonPath = ".spec.sourceNodeName", type = Type.STRING)
@AdditionalPrinterColumn(
        name = "Reason",
        jsonPath = ".status.failure.reason",
        type = Type.STRING,
        priority = 1)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public class PodRestore extends CustomResource<PodRestoreSpec, PodRestoreStatus>
        implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    @Required
    public PodRestoreSpec getSpec() {
        return super.getSpec();
    }
}
