package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * What the agent of the source node is to do. Only goal can be changed later; peer can be set once,
 * and options, limits and keepAddresses until then: what the inspection finds decides them.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@SchemaCustomizer(value = ListTypes.class, input = "containers")
@ValidationRule(
        value = PodCheckpointSpec.UNCHANGED,
        message =
                "spec cannot be changed, except for goal, peer and (until peer is set) options,"
                        + " limits and keepAddresses")
@ValidationRule(
        value = "!has(oldSelf.peer) || self.keepAddresses == oldSelf.keepAddresses",
        message = "keepAddresses cannot be changed once peer is set",
        fieldPath = ".keepAddresses")
@ValidationRule(
        value = "!has(oldSelf.peer) || self.limits == oldSelf.limits",
        message = "limits cannot be changed once peer is set",
        fieldPath = ".limits")
@ValidationRule(
        value = "!has(oldSelf.peer) || self.options == oldSelf.options",
        message = "options cannot be changed once peer is set",
        fieldPath = ".options")
@ValidationRule(
        value = "!has(oldSelf.peer) || (has(self.peer) && self.peer == oldSelf.peer)",
        message = "peer can be set once")
@ValidationRule(
        value =
                "self.goal == oldSelf.goal || self.goal == 'RollBack' || oldSelf.goal == 'Inspect'"
                        + " || (oldSelf.goal == 'Prepare' && self.goal == 'Migrate')",
        message =
                "goal moves forward only: Inspect, Prepare, Migrate, RollBack; or Inspect, Archive,"
                        + " RollBack",
        fieldPath = ".goal")
@ValidationRule(
        value = "!(self.goal in ['Prepare', 'Migrate']) || (has(self.peer) && has(self.podUid))",
        message = "the goals Prepare and Migrate need peer and podUid")
@ValidationRule(
        value = "self.goal != 'Archive' || !has(self.peer)",
        message = "the goal Archive has no peer")
@ValidationRule(
        value = "self.goal != 'Archive' || !self.keepAddresses",
        message = "the goal Archive moves no addresses")
@ValidationRule(
        value = "!has(self.peer) || self.peer.nodeName != self.nodeName",
        message = "peer.nodeName is the node of the source")
public class PodCheckpointSpec extends ApiBean {
    static final String UNCHANGED =
            "self.podName == oldSelf.podName && self.nodeName == oldSelf.nodeName &&"
                    + " self.containers == oldSelf.containers &&"
                    + " has(self.group) == has(oldSelf.group) &&"
                    + " (!has(self.group) || self.group == oldSelf.group) &&"
                    + " (has(self.podUid) ? self.podUid : '') =="
                    + " (has(oldSelf.podUid) ? oldSelf.podUid : '')";

    @JsonPropertyDescription("Name of the pod, in the same namespace. Required.")
    @Required
    @Pattern(Names.SUBDOMAIN)
    @Size(min = 1, max = 253)
    private @Nullable String podName;

    @JsonPropertyDescription(
            "UID of the pod; another pod of the same name is left alone. Required for the goals"
                    + " Prepare and Migrate. Default: whichever pod has the name.")
    @Pattern(Names.UID)
    @Size(min = 1, max = 64)
    private @Nullable String podUid;

    @JsonPropertyDescription("Node of the pod; the agent of this node does the work. Required.")
    @Required
    @Pattern(Names.SUBDOMAIN)
    @Size(min = 1, max = 253)
    private @Nullable String nodeName;

    @JsonPropertyDescription(
            "Names of the containers. Default: [] (all running containers of the pod).")
    @Default("[]")
    @Size(max = 64)
    private List<@Pattern(Names.LABEL) @Size(min = 1, max = 63) String> containers =
            new ArrayList<>();

    @JsonPropertyDescription("CRIU options. Default: all decided from the detected workload.")
    @Default("{}")
    @ValidationRule(
            value = CheckpointOptions.NO_PARENT,
            message = CheckpointOptions.NO_PARENT_MESSAGE)
    @ValidationRule(
            value = CheckpointOptions.DISTINCT,
            message = CheckpointOptions.DISTINCT_MESSAGE)
    private CheckpointOptions options = new CheckpointOptions();

    @JsonPropertyDescription(
            "true: the addresses of the pod move with it and stay reserved on this node. Cannot be"
                    + " changed once peer is set. Default: false.")
    @Default("false")
    private boolean keepAddresses = false;

    @JsonPropertyDescription(
            "true: JVMs that can give memory back while their program runs do so before the freeze."
                    + " Goals Prepare and Migrate only. Default: false.")
    @Default("false")
    @ValidationRule(value = "self == oldSelf", message = "trimHeap cannot be changed")
    private boolean trimHeap = false;

    @JsonPropertyDescription(
            "The agent of the target node. Can be set once. Required for the goals Prepare and"
                    + " Migrate. Default: none.")
    private @Nullable Peer peer;

    @JsonPropertyDescription(
            "What to reach. Inspect: read what is in the pod. Prepare: copy files a first time."
                + " Migrate: freeze and move. RollBack: undo everything. Archive: write checkpoint"
                + " archives, the pod runs on. Moves forward only. Default: Inspect.")
    @Default("Inspect")
    private CheckpointGoal goal = CheckpointGoal.Inspect;

    @JsonPropertyDescription(
            "The pods that move together with this one, or not at all. Default: none, the pod moves"
                    + " alone.")
    private @Nullable CheckpointGroup group;

    @JsonPropertyDescription("Time limits. Default: 10 seconds of freeze.")
    @Default("{}")
    private CheckpointLimits limits = new CheckpointLimits();

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

    public List<String> getContainers() {
        return containers;
    }

    public void setContainers(List<String> containers) {
        this.containers = containers;
    }

    public CheckpointOptions getOptions() {
        return options;
    }

    public void setOptions(CheckpointOptions options) {
        this.options = options;
    }

    public boolean isKeepAddresses() {
        return keepAddresses;
    }

    public void setKeepAddresses(boolean keepAddresses) {
        this.keepAddresses = keepAddresses;
    }

    public boolean isTrimHeap() {
        return trimHeap;
    }

    public void setTrimHeap(boolean trimHeap) {
        this.trimHeap = trimHeap;
    }

    public @Nullable Peer getPeer() {
        return peer;
    }

    public void setPeer(@Nullable Peer peer) {
        this.peer = peer;
    }

    public CheckpointGoal getGoal() {
        return goal;
    }

    public void setGoal(CheckpointGoal goal) {
        this.goal = goal;
    }

    public @Nullable CheckpointGroup getGroup() {
        return group;
    }

    public void setGroup(@Nullable CheckpointGroup group) {
        this.group = group;
    }

    public CheckpointLimits getLimits() {
        return limits;
    }

    public void setLimits(CheckpointLimits limits) {
        this.limits = limits;
    }
}
