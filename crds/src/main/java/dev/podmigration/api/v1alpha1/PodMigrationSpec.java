package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;

import org.jspecify.annotations.Nullable;

/**
 * The wish: move one pod, or several as one. Nothing in it can be changed later, except that it can
 * be cancelled, and how long it is kept.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
        value = PodMigrationSpec.UNCHANGED,
        message =
                "spec cannot be changed, except that cancelled can be set to true, and"
                        + " ttlSecondsAfterFinished")
@ValidationRule(
        value = "self.cancelled || !oldSelf.cancelled",
        message = "a cancelled migration stays cancelled",
        fieldPath = ".cancelled")
@ValidationRule(
        value =
                "!(self.network.address == 'New' && has(self.checkpoint.tcpEstablished) &&"
                        + " self.checkpoint.tcpEstablished)",
        message =
                "checkpoint.tcpEstablished: true contradicts network.address: New, connections"
                        + " cannot outlive their address")
@ValidationRule(
        value = "has(self.pod) != has(self.selector)",
        message = "name either one pod, or a selector for a group of pods")
@ValidationRule(
        value = "!has(self.group) || has(self.pod)",
        message = "group is for the operator, which sets it where it moves one pod of a group")
@ValidationRule(
        value =
                "!has(self.target.nodeName) || "
                        + PodMigrationSpec.SOURCE_NODE
                        + " != self.target.nodeName",
        message = "target.nodeName is the node of the source")
@ValidationRule(
        value =
                "!('kubernetes.io/hostname' in self.target.nodeSelector) || "
                        + PodMigrationSpec.SOURCE_NODE
                        + " != self.target.nodeSelector['kubernetes.io/hostname']",
        message = "target.nodeSelector chooses the node of the source")
public class PodMigrationSpec extends ApiBean {
    static final String UNCHANGED =
            "has(self.pod) == has(oldSelf.pod)"
                    + " && (!has(self.pod) || self.pod == oldSelf.pod)"
                    + " && has(self.selector) == has(oldSelf.selector)"
                    + " && (!has(self.selector) || self.selector == oldSelf.selector)"
                    + " && has(self.group) == has(oldSelf.group)"
                    + " && (!has(self.group) || self.group == oldSelf.group)"
                    + " && self.target == oldSelf.target"
                    + " && self.strategy == oldSelf.strategy"
                    + " && self.checkpoint == oldSelf.checkpoint"
                    + " && self.memory == oldSelf.memory"
                    + " && self.network == oldSelf.network"
                    + " && self.limits == oldSelf.limits"
                    + " && self.dryRun == oldSelf.dryRun";

    /** The node on which the user expects what is moved; empty if the user does not say. */
    static final String SOURCE_NODE =
            "(has(self.pod) && has(self.pod.nodeName) ? self.pod.nodeName :"
                    + " has(self.selector) && has(self.selector.nodeName) ? self.selector.nodeName"
                    + " : '')";

    @JsonPropertyDescription("The pod to move. Required unless there is a selector. Default: none.")
    private @Nullable PodReference pod;

    @JsonPropertyDescription(
            "The pods to move as one: they freeze together, and all of them go on at the target or"
                + " all of them where they were. Excludes pod. They must be on one node, 16 at"
                + " most. Each of them is moved by a PodMigration of its own, which the operator"
                + " makes; status.members names them. Default: none.")
    private @Nullable GroupSelector selector;

    @JsonPropertyDescription(
            "Set by the operator alone, where it moves one pod of a group. Default: none.")
    private @Nullable MigrationGroup group;

    @JsonPropertyDescription("Where to move it. Default: the scheduler chooses.")
    @Default("{}")
    private TargetSelection target = new TargetSelection();

    @JsonPropertyDescription(
            "How to move it. Auto: the best strategy that the pod, both nodes and the policy allow."
                + " Checkpoint: memory, sockets and files move and the processes go on where they"
                + " were. Hybrid: the same, with a savepoint before, from which the program goes on"
                + " if it fails. Savepoint: the program saves its state and reads it on the target."
                + " Recreate: it is started anew and has declared that it keeps nothing. Default:"
                + " Auto.")
    @Default("Auto")
    private Strategy strategy = Strategy.Auto;

    @JsonPropertyDescription("CRIU options. Default: all decided from the detected workload.")
    @Default("{}")
    @ValidationRule(
            value = CheckpointOptions.NO_PARENT,
            message = CheckpointOptions.NO_PARENT_MESSAGE)
    @ValidationRule(
            value = CheckpointOptions.DISTINCT,
            message = CheckpointOptions.DISTINCT_MESSAGE)
    private CheckpointOptions checkpoint = new CheckpointOptions();

    @JsonPropertyDescription("How memory moves. Default: mode Auto.")
    @Default("{}")
    private MemorySettings memory = new MemorySettings();

    @JsonPropertyDescription(
            "What becomes of the pod address and of its connections. Default: address Auto.")
    @Default("{}")
    private NetworkSettings network = new NetworkSettings();

    @JsonPropertyDescription("Time limits. Default: 10 seconds of freeze, 600 seconds in total.")
    @Default("{}")
    private Limits limits = new Limits();

    @JsonPropertyDescription("true: plan and check only, the pod is not touched. Default: false.")
    @Default("false")
    private boolean dryRun = false;

    @JsonPropertyDescription(
            "How long the PodMigration is kept after it has ended; then it is deleted, and nothing"
                + " else with it. Can be changed at any time. Unit: seconds, 0 or more. Default:"
                + " what the operator is told, 7 days as installed by the chart.")
    @Min(0)
    private @Nullable Integer ttlSecondsAfterFinished;

    @JsonPropertyDescription(
            "true: give up and roll back, as long as the migration is not committed. Can be"
                    + " changed later, from false to true. Default: false.")
    @Default("false")
    private boolean cancelled = false;

    public @Nullable PodReference getPod() {
        return pod;
    }

    public void setPod(@Nullable PodReference pod) {
        this.pod = pod;
    }

    public @Nullable GroupSelector getSelector() {
        return selector;
    }

    public void setSelector(@Nullable GroupSelector selector) {
        this.selector = selector;
    }

    public @Nullable MigrationGroup getGroup() {
        return group;
    }

    public void setGroup(@Nullable MigrationGroup group) {
        this.group = group;
    }

    public TargetSelection getTarget() {
        return target;
    }

    public void setTarget(TargetSelection target) {
        this.target = target;
    }

    public Strategy getStrategy() {
        return strategy;
    }

    public void setStrategy(Strategy strategy) {
        this.strategy = strategy;
    }

    public CheckpointOptions getCheckpoint() {
        return checkpoint;
    }

    public void setCheckpoint(CheckpointOptions checkpoint) {
        this.checkpoint = checkpoint;
    }

    public MemorySettings getMemory() {
        return memory;
    }

    public void setMemory(MemorySettings memory) {
        this.memory = memory;
    }

    public NetworkSettings getNetwork() {
        return network;
    }

    public void setNetwork(NetworkSettings network) {
        this.network = network;
    }

    public Limits getLimits() {
        return limits;
    }

    public void setLimits(Limits limits) {
        this.limits = limits;
    }

    public boolean isDryRun() {
        return dryRun;
    }

    public void setDryRun(boolean dryRun) {
        this.dryRun = dryRun;
    }

    public @Nullable Integer getTtlSecondsAfterFinished() {
        return ttlSecondsAfterFinished;
    }

    public void setTtlSecondsAfterFinished(@Nullable Integer ttlSecondsAfterFinished) {
        this.ttlSecondsAfterFinished = ttlSecondsAfterFinished;
    }

    public boolean isCancelled() {
        return cancelled;
    }

    public void setCancelled(boolean cancelled) {
        this.cancelled = cancelled;
    }
}
