package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * What the agent of the target node is to do. Only goal can be changed later, and podUid can be set
 * once.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@SchemaCustomizer(value = ListTypes.class, input = "containers")
@ValidationRule(
        value = PodRestoreSpec.UNCHANGED,
        message = "spec cannot be changed, except for goal and podUid")
@ValidationRule(
        value = "!has(oldSelf.podUid) || (has(self.podUid) && self.podUid == oldSelf.podUid)",
        message = "podUid can be set once")
@ValidationRule(
        value = "oldSelf.goal != 'Cancel' || self.goal == 'Cancel'",
        message = "a cancelled restore stays cancelled",
        fieldPath = ".goal")
@ValidationRule(
        value = "self.goal != 'Receive' || oldSelf.goal == 'Receive'",
        message = "the goal Receive can only be the first one",
        fieldPath = ".goal")
@ValidationRule(
        value = "!(oldSelf.goal == 'Receive' && self.goal == 'Restore') || has(self.podUid)",
        message = "what was received is restored when podUid tells the pod",
        fieldPath = ".goal")
@ValidationRule(
        value = "self.nodeName != self.sourceNodeName",
        message = "nodeName is the node of the source")
public class PodRestoreSpec extends ApiBean {
    static final String UNCHANGED =
            "self.podName == oldSelf.podName && self.nodeName == oldSelf.nodeName &&"
                + " self.checkpointName == oldSelf.checkpointName && self.sourceNodeName =="
                + " oldSelf.sourceNodeName && self.containers == oldSelf.containers && self.address"
                + " == oldSelf.address && self.requiredMemoryBytes == oldSelf.requiredMemoryBytes";

    @JsonPropertyDescription("Name of the target pod, in the same namespace. Required.")
    @Required
    @Pattern(Names.SUBDOMAIN)
    @Size(min = 1, max = 253)
    private @Nullable String podName;

    @JsonPropertyDescription(
            "UID of the target pod. Can be set once, as soon as the pod exists. Default: none yet.")
    @Pattern(Names.UID)
    @Size(min = 1, max = 64)
    private @Nullable String podUid;

    @JsonPropertyDescription(
            "Node of the target pod; the agent of this node does the work. Required.")
    @Required
    @Pattern(Names.SUBDOMAIN)
    @Size(min = 1, max = 253)
    private @Nullable String nodeName;

    @JsonPropertyDescription(
            "Name of the PodCheckpoint at the other end, in the same namespace. Required.")
    @Required
    @Pattern(Names.SUBDOMAIN)
    @Size(min = 1, max = 253)
    private @Nullable String checkpointName;

    @JsonPropertyDescription("Node of the source pod; only its agent may connect. Required.")
    @Required
    @Pattern(Names.SUBDOMAIN)
    @Size(min = 1, max = 253)
    private @Nullable String sourceNodeName;

    @JsonPropertyDescription("Names of the containers to restore, 1 to 64. Required.")
    @Required
    @Size(min = 1, max = 64)
    private List<@Pattern(Names.LABEL) @Size(min = 1, max = 63) String> containers =
            new ArrayList<>();

    @JsonPropertyDescription(
            "Keep: the target answers on the addresses of the source. New: on an address of its"
                    + " own, and restored connections are closed. Default: New.")
    @Default("New")
    private RestoreAddress address = RestoreAddress.New;

    @JsonPropertyDescription(
            "Memory that arrives. Nothing is accepted if this much is not free. Unit: bytes."
                    + " Default: 0 (not known).")
    @Default("0")
    @Min(0)
    private long requiredMemoryBytes = 0;

    @JsonPropertyDescription(
            "Restore: take the memory, restore, and ask for the grant. Receive: take the memory and"
                    + " ask for the grant before the pod exists, and restore it when podUid is set."
                    + " Cancel: remove everything; final. Default: Restore.")
    @Default("Restore")
    private RestoreGoal goal = RestoreGoal.Restore;

    public @Nullable String getPodName() {
        return podName;
    }

    public void setPodName(@Nullable String podName) {
        this.podName = podName;
    }

    public @Nullable String getPodUid() {
        return podUid;
    }

    public void setPodUid(@Nullable String podUid) {
        this.podUid = podUid;
    }

    public @Nullable String getNodeName() {
        return nodeName;
    }

    public void setNodeName(@Nullable String nodeName) {
        this.nodeName = nodeName;
    }

    public @Nullable String getCheckpointName() {
        return checkpointName;
    }

    public void setCheckpointName(@Nullable String checkpointName) {
        this.checkpointName = checkpointName;
    }

    public @Nullable String getSourceNodeName() {
        return sourceNodeName;
    }

    public void setSourceNodeName(@Nullable String sourceNodeName) {
        this.sourceNodeName = sourceNodeName;
    }

    public List<String> getContainers() {
        return containers;
    }

    public void setContainers(List<String> containers) {
        this.containers = containers;
    }

    public RestoreAddress getAddress() {
        return address;
    }

    public void setAddress(RestoreAddress address) {
        this.address = address;
    }

    public long getRequiredMemoryBytes() {
        return requiredMemoryBytes;
    }

    public void setRequiredMemoryBytes(long requiredMemoryBytes) {
        this.requiredMemoryBytes = requiredMemoryBytes;
    }

    public RestoreGoal getGoal() {
        return goal;
    }

    public void setGoal(RestoreGoal goal) {
        this.goal = goal;
    }
}
