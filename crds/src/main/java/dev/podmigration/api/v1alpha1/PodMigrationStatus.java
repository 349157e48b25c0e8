package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** How far the migration has come. Written by the operator. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@SchemaCustomizer(
        value = ListTypes.class,
        input = "conditions=type containers=name members=migrationName")
public class PodMigrationStatus extends ApiBean {
    @JsonPropertyDescription("How far the migration has come.")
    private @Nullable PodMigrationPhase phase;

    @JsonPropertyDescription("When each phase began, oldest first.")
    private List<PhaseTransition> phaseTransitions = new ArrayList<>();

    @JsonPropertyDescription(
            "Ready is always present; Reconciling, Stalled, RollingBack and CancelRefused only"
                    + " while they are True; Migratable sums up the checks.")
    private List<Condition> conditions = new ArrayList<>();

    @JsonPropertyDescription("Generation of the spec that this status speaks about.")
    private @Nullable Long observedGeneration;

    @JsonPropertyDescription(
            "The pods of the group that is moved, by their names. Absent where one pod is moved.")
    @Size(max = 16)
    private List<GroupMember> members = new ArrayList<>();

    @JsonPropertyDescription("Where the pod ran before.")
    private @Nullable PodPlace source;

    @JsonPropertyDescription("Where the pod goes.")
    private @Nullable PodPlace target;

    @JsonPropertyDescription(
            "With target.podName Keep: the pod that will be made when the source is deleted, as"
                    + " JSON. Absent once it exists.")
    private @Nullable String preparedPod;

    @JsonPropertyDescription("The strategy that was chosen, and why.")
    private @Nullable StrategyChoice strategy;

    @JsonPropertyDescription(
            "Name of the MigrationPolicy that is followed. Absent: none selects the pod.")
    private @Nullable String policy;

    @JsonPropertyDescription(
            "Time limits in force: those of the spec, unless a policy gives others where the spec"
                    + " has the defaults, or the program bears less.")
    private @Nullable EffectiveLimits limits;

    @JsonPropertyDescription(
            "How far the strategy of the workload has come. Absent if the chosen one has no work to"
                    + " do.")
    private @Nullable WorkloadProgress workload;

    @JsonPropertyDescription(
            "The time in which neither copy answers: what is expected, later also what was"
                    + " measured.")
    private @Nullable Freeze freeze;

    @JsonPropertyDescription(
            "What has to be moved, as counted before anything was touched. The memory moves inside"
                    + " the freeze, the files before it and what changed of them in it.")
    private @Nullable ByteCounts bytesToMove;

    @JsonPropertyDescription("What was moved.")
    private @Nullable ByteCounts bytes;

    @JsonPropertyDescription("The containers of the pod, as seen on the source node.")
    // The cost of the rules below it is estimated for the longest list.
    @Size(max = 32)
    private List<MigratedContainer> containers = new ArrayList<>();

    @JsonPropertyDescription("The outcome of every check.")
    private List<Finding> findings = new ArrayList<>();

    @JsonPropertyDescription("Name of the PodCheckpoint that drives the source node.")
    private @Nullable String checkpointName;

    @JsonPropertyDescription("Name of the PodRestore that drives the target node.")
    private @Nullable String restoreName;

    @JsonPropertyDescription("Why the migration did not succeed. Absent while it may.")
    private @Nullable Failure failure;

    @JsonPropertyDescription(
            "Time spent in each step of the freeze, in the order in which they ended. The steps of"
                    + " the target node begin with 'target' and lie within those of the source,"
                    + " which waits for them.")
    private List<Step> steps = new ArrayList<>();

    @JsonPropertyDescription("When the operator began. RFC 3339 in UTC with microseconds.")
    private @Nullable String startTime;

    @JsonPropertyDescription("When a final phase was reached. RFC 3339 in UTC with microseconds.")
    private @Nullable String completionTime;

    @JsonPropertyDescription(
            "Addresses of the source on which the target answers, in CIDR notation.")
    private List<String> addressesKept = new ArrayList<>();

    public @Nullable PodMigrationPhase getPhase() {
        return phase;
    }

    public void setPhase(@Nullable PodMigrationPhase phase) {
        this.phase = phase;
    }

    public List<PhaseTransition> getPhaseTransitions() {
        return phaseTransitions;
    }

    public void setPhaseTransitions(List<PhaseTransition> phaseTransitions) {
        this.phaseTransitions = phaseTransitions;
    }

    public List<Condition> getConditions() {
        return conditions;
    }

    public void setConditions(List<Condition> conditions) {
        this.conditions = conditions;
    }

    public @Nullable Long getObservedGeneration() {
        return observedGeneration;
    }

    public void setObservedGeneration(@Nullable Long observedGeneration) {
        this.observedGeneration = observedGeneration;
    }

    public List<GroupMember> getMembers() {
        return members;
    }

    public void setMembers(List<GroupMember> members) {
        this.members = members;
    }

    public @Nullable PodPlace getSource() {
        return source;
    }

    public void setSource(@Nullable PodPlace source) {
        this.source = source;
    }

    public @Nullable PodPlace getTarget() {
        return target;
    }

    public void setTarget(@Nullable PodPlace target) {
        this.target = target;
    }

    public @Nullable String getPreparedPod() {
        return preparedPod;
    }

    public void setPreparedPod(@Nullable String preparedPod) {
        this.preparedPod = preparedPod;
    }

    public @Nullable StrategyChoice getStrategy() {
        return strategy;
    }

    public void setStrategy(@Nullable StrategyChoice strategy) {
        this.strategy = strategy;
    }

    public @Nullable String getPolicy() {
        return policy;
    }

    public void setPolicy(@Nullable String policy) {
        this.policy = policy;
    }

    public @Nullable EffectiveLimits getLimits() {
        return limits;
    }

    public void setLimits(@Nullable EffectiveLimits limits) {
        this.limits = limits;
    }

    public @Nullable WorkloadProgress getWorkload() {
        return workload;
    }

    public void setWorkload(@Nullable WorkloadProgress workload) {
        this.workload = workload;
    }

    public @Nullable Freeze getFreeze() {
        return freeze;
    }

    public void setFreeze(@Nullable Freeze freeze) {
        this.freeze = freeze;
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

    public List<MigratedContainer> getContainers() {
        return containers;
    }

    public void setContainers(List<MigratedContainer> containers) {
        this.containers = containers;
    }

    public List<Finding> getFindings() {
        return findings;
    }

    public void setFindings(List<Finding> findings) {
        this.findings = findings;
    }

    public @Nullable String getCheckpointName() {
        return checkpointName;
    }

    public void setCheckpointName(@Nullable String checkpointName) {
        this.checkpointName = checkpointName;
    }

    public @Nullable String getRestoreName() {
        return restoreName;
    }

    public void setRestoreName(@Nullable String restoreName) {
        this.restoreName = restoreName;
    }

    public @Nullable Failure getFailure() {
        return failure;
    }

    public void setFailure(@Nullable Failure failure) {
        this.failure = failure;
    }

    public List<Step> getSteps() {
        return steps;
    }

    public void setSteps(List<Step> steps) {
        this.steps = steps;
    }

    public @Nullable String getStartTime() {
        return startTime;
    }

    public void setStartTime(@Nullable String startTime) {
        this.startTime = startTime;
    }

    public @Nullable String getCompletionTime() {
        return completionTime;
    }

    public void setCompletionTime(@Nullable String completionTime) {
        this.completionTime = completionTime;
    }

    public List<String> getAddressesKept() {
        return addressesKept;
    }

    public void setAddressesKept(List<String> addressesKept) {
        this.addressesKept = addressesKept;
    }
}
