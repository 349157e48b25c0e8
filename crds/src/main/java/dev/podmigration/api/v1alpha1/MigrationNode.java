package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

@SchemaCustomizer(
        value = Description.class,
        input =
                "What one node can do, as its agent has tried it. Cluster-scoped, named like the"
                        + " Node.")
@Group("podmigration.dev")
@Version("v1alpha1")
@ShortNames("mnode")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type=='Ready')].status")
@AdditionalPrinterColumn(name = "Address", jsonPath = ".status.address")
@AdditionalPrinterColumn(name = "CRIU", jsonPath = ".status.versions.criu")
@AdditionalPrinterColumn(name = "Runtime", jsonPath = ".status.versions.runtime.name")
@AdditionalPrinterColumn(
        name = "Runtime-Version",
        jsonPath = ".status.versions.runtime.version",
        priority = 1)
@AdditionalPrinterColumn(name = "Kernel", jsonPath = ".status.versions.kernel")
@AdditionalPrinterColumn(
        name = "Reason",
        jsonPath = ".status.conditions[?(@.type=='Ready')].reason",
        priority = 1)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class MigrationNode extends CustomResource<MigrationNodeSpec, MigrationNodeStatus> {
    private static final long serialVersionUID = 1L;

    @Override
    @JsonPropertyDescription("Nothing can be wished for of a node yet. Default: absent.")
    public MigrationNodeSpec getSpec() {
        return super.getSpec();
    }

    @Override
    @JsonPropertyDescription("What the node can do. Written by its agent.")
    // An empty one is not there: the client writes a status as the difference to what it read, and
    // the API server knows no member of a status that it does not have.
    @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = MigrationNodeStatus.class)
    public MigrationNodeStatus getStatus() {
        return super.getStatus();
    }

    @Override
    protected MigrationNodeSpec initSpec() {
        return new MigrationNodeSpec();
    }

    /** Never null: an object whose status nobody has written yet has an empty one. */
    @Override
    protected MigrationNodeStatus initStatus() {
        return new MigrationNodeStatus();
    }
}
