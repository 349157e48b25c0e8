package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** How far the source node has come. Written by the agent of spec.nodeName. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@SchemaCustomizer(value = ListTypes.class, input = "conditions=type containers=name")
public class PodCheckpointStatus extends ApiBean implements HalfStatus {
    @JsonPropertyDescription("How far the source agent has come.")
    private @Nullable PodCheckpointPhase phase;

    @JsonPropertyDescription(
            "Ready is always present; Reconciling and Stalled only while they are True.")
    private List<Condition> conditions = new ArrayList<>();

    @JsonPropertyDescription("Generation of the spec that this status speaks about.")
    private @Nullable Long observedGeneration;

    @JsonPropertyDescription("What is inside the pod.")
    // The cost of the rules below it is estimated for the longest list.
    @Size(max = 32)
    private List<InspectedContainer> containers = new ArrayList<>();

    @JsonPropertyDescription("The outcome of every check of this node.")
    private List<Finding> findings = new ArrayList<>();

    @JsonPropertyDescription("The time in which neither copy answers.")
    private @Nullable Freeze freeze;

    @JsonPropertyDescription(
            "Time spent in each step on this node, in their order, then what the target node told"
                    + " about its own: those begin with 'target'.")
    private List<Step> steps = new ArrayList<>();

    @JsonPropertyDescription(
            "What has to be moved, as counted before anything was touched. The memory moves inside"
                    + " the freeze, the files before it and what changed of them in it.")
    private @Nullable ByteCounts bytesToMove;

    @JsonPropertyDescription("What was moved.")
    private @Nullable ByteCounts bytes;

    @JsonPropertyDescription(
            "Checkpoint archives, as absolute paths on the node. Goal Archive only.")
    private List<String> archives = new ArrayList<>();

    @JsonPropertyDescription(
            "Addresses of the pod that move with it and stay reserved on this node, in CIDR"
                    + " notation.")
    private List<String> addresses = new ArrayList<>();

    @JsonPropertyDescription(
            "Those of them that no pod of this node gets as long as this object exists; others were"
                    + " brought from another node and are reserved there.")
    private List<String> reservedAddresses = new ArrayList<>();

    @JsonPropertyDescription("Why the goal was not reached.")
    private @Nullable Failure failure;

    @Override
    public @Nullable PodCheckpointPhase getPhase() {
        return phase;
    }

    public void setPhase(@Nullable PodCheckpointPhase phase) {
        this.phase = phase;
    }

    @Override
    public List<Condition> getConditions() {
        return conditions;
    }

    @Override
    public void setConditions(List<Condition> conditions) {
        this.conditions = conditions;
    }

    public @Nullable Long getObservedGeneration() {
        return observedGeneration;
    }

    @Override
    public void setObservedGeneration(@Nullable Long observedGeneration) {
        this.observedGeneration = observedGeneration;
    }

    public List<InspectedContainer> getContainers() {
        return containers;
    }

    public void setContainers(List<InspectedContainer> containers) {
        this.containers = containers;
    }

    public List<Finding> getFindings() {
        return findings;
    }

    public void setFindings(List<Finding> findings) {
        this.findings = findings;
    }

    public @Nullable Freeze getFreeze() {
        return freeze;
    }

    public void setFreeze(@Nullable Freeze freeze) {
        this.freeze = freeze;
    }

    public List<Step> getSteps() {
        return steps;
    }

    public void setSteps(List<Step> steps) {
        this.steps = steps;
    }

    public @Nullable ByteCounts getBytesToMove() {
        return bytesToMove;
    }

    public void setBytesToMove(@Nullable ByteCounts bytesToMove) {
        this.bytesToMove = bytesToMove;
    }

    public @Nullable ByteCounts getBytes() {
        return bytes;
    }

    public void setBytes(@Nullable ByteCounts bytes) {
        this.bytes = bytes;
    }

    public List<String> getArchives() {
        return archives;
    }

    public void setArchives(List<String> archives) {
        this.archives = archives;
    }

    public List<String> getReservedAddresses() {
        return reservedAddresses;
    }

    public void setReservedAddresses(List<String> reservedAddresses) {
        this.reservedAddresses = reservedAddresses;
    }

    public List<String> getAddresses() {
        return addresses;
    }

    public void setAddresses(List<String> addresses) {
        this.addresses = addresses;
    }

    @Override
    public @Nullable Failure getFailure() {
        return failure;
    }

    @Override
    public void setFailure(@Nullable Failure failure) {
        this.failure = failure;
    }
}
