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
        input = "What the agent of the source node is to do, and how far it has come.")
@Group("podmigration.dev")
@Version("v1alpha1")
@ShortNames("pck")
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase")
@AdditionalPrinterColumn(name = "Goal", jsonPath = ".spec.goal")
@AdditionalPrinterColumn(name = "Pod", jsonPath = ".spec.podName")
@AdditionalPrinterColumn(name = "Node", jsonPath = ".spec.nodeName")
@AdditionalPrinterColumn(name = "Peer", jsonPath = ".spec.peer.nodeName")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.failure.reason", priority = 1)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@ValidationRule(
        value = "!has(self.spec.group) || self.metadata.name in self.spec.group.members",
        message = "spec.group.members of a group names its own object, too",
        fieldPath = ".spec.group.members")
public class PodCheckpoint extends CustomResource<PodCheckpointSpec, PodCheckpointStatus>
        implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    @Required
    @JsonPropertyDescription("What the agent of the source node is to do. Required.")
    public PodCheckpointSpec getSpec() {
        return super.getSpec();
    }

    @Override
    @JsonPropertyDescription(
            "How far the source node has come. Written by the agent of spec.nodeName.")
    // An empty one is not there: the client writes a status as the difference to what it read, and
    // the API server knows no member of a status that it does not have.
    @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = PodCheckpointStatus.class)
    public PodCheckpointStatus getStatus() {
        return super.getStatus();
    }

    @Override
    protected PodCheckpointSpec initSpec() {
        return new PodCheckpointSpec();
    }

    /** Never null: an object whose status nobody has written yet has an empty one. */
    @Override
    protected PodCheckpointStatus initStatus() {
        return new PodCheckpointStatus();
    }
}
