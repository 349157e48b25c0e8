package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.kubernetes.api.model.Condition;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** How far the target node has come. Written by the agent of spec.nodeName. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@SchemaCustomizer(value = ListTypes.class, input = "conditions=type")
public class PodRestoreStatus extends ApiBean implements HalfStatus {
    @JsonPropertyDescription("How far the target agent has come.")
    private @Nullable PodRestorePhase phase;

    @JsonPropertyDescription(
            "Ready is always present; Reconciling and Stalled only while they are True.")
    private List<Condition> conditions = new ArrayList<>();

    @JsonPropertyDescription("Generation of the spec that this status speaks about.")
    private @Nullable Long observedGeneration;

    @JsonPropertyDescription("The outcome of every check of this node.")
    private List<Finding> findings = new ArrayList<>();

    @JsonPropertyDescription("Time spent in each step on this node, in their order.")
    private List<Step> steps = new ArrayList<>();

    @JsonPropertyDescription(
            "Addresses of the source on which the target answers, in CIDR notation.")
    private List<String> addresses = new ArrayList<>();

    @JsonPropertyDescription(
            "When the restored processes ran again. RFC 3339 in UTC with microseconds.")
    private @Nullable String resumedAt;

    @JsonPropertyDescription("Why the goal was not reached.")
    private @Nullable Failure failure;

    @Override
    public @Nullable PodRestorePhase getPhase() {
        return phase;
    }

    public void setPhase(@Nullable PodRestorePhase phase) {
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

    public List<Finding> getFindings() {
        return findings;
    }

    public void setFindings(List<Finding> findings) {
        this.findings = findings;
    }

    public List<Step> getSteps() {
        return steps;
    }

    public void setSteps(List<Step> steps) {
        this.steps = steps;
    }

    public List<String> getAddresses() {
        return addresses;
    }

    public void setAddresses(List<String> addresses) {
        this.addresses = addresses;
    }

    public @Nullable String getResumedAt() {
        return resumedAt;
    }

    public void setResumedAt(@Nullable String resumedAt) {
        this.resumedAt = resumedAt;
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
