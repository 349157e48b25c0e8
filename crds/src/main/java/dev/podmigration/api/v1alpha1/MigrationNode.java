package dev.podmigration.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** What one node can do, as its agent has tried it. Cluster-scoped, named like the Node. */
@Group("podmigration.dev")
@Version("v1alpha1")
@ShortNames("mnode")
@AdditionalPrinterColumn(
        name = "Ready",
        jsonPath = ".status.conditions[?(@.type=='Ready')].status",
        type = Type.STRING)
@AdditionalPrinterColumn(name = "Address", jsonPath = ".status.address", type = Type.STRING)
@AdditionalPrinterColumn(name = "CRIU", jsonPath = ".status.versions.criu", type = Type.STRING)
@AdditionalPrinterColumn(
        name = "Runtime",
        jsonPath = ".status.versions.runtime.name",
        type = Type.STRING)
@AdditionalPrinterColumn(
        name = "Runtime-Version",
        jsonPath = ".status.versions.runtime.version",
        type = Type.STRING,
        priority = 1)
@AdditionalPrinterColumn(name = "Kernel", jsonPath = ".status.versions.kernel", type = Type.STRING)
@AdditionalPrinterColumn(
        name = "Reason",
        jsonPath = ".status.conditions[?(@.type=='Ready')].reason",
        type = Type.STRING,
        priority = 1)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public class MigrationNode extends CustomResource<Void, MigrationNodeStatus> {
    private static final long serialVersionUID = 1L;
}
