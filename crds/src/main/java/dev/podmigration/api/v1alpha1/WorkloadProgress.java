package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/** How far the strategy of a workload has come. An operator that starts goes on from here. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class WorkloadProgress extends ApiBean {
    @JsonPropertyDescription(
            "Name of the strategy that does the work, for example flink-savepoint.")
    private @Nullable String strategy;

    @JsonPropertyDescription("What the strategy is asked to do, or was asked last.")
    private @Nullable StrategyStage stage;

    @JsonPropertyDescription("true: this stage is complete. Default: false.")
    private boolean complete = false;

    @JsonPropertyDescription(
            "Until when that the stage is complete is of use. Absent: for good. RFC 3339 in UTC"
                    + " with microseconds.")
    private @Nullable String validUntil;

    @JsonPropertyDescription("Number of the next call within the stage, from 1 on.")
    private @Nullable Integer step;

    @JsonPropertyDescription("When the stage began. RFC 3339 in UTC with microseconds.")
    private @Nullable String stageStart;

    @JsonPropertyDescription("When the next call is due. RFC 3339 in UTC with microseconds.")
    private @Nullable String nextStep;

    @JsonPropertyDescription("What the strategy waits for.")
    private @Nullable String waitingFor;

    @JsonPropertyDescription(
            "How the pod is moved without a checkpoint: Replace (the operator makes a new one and"
                    + " deletes the source) or Owner (the owner of the pod does).")
    private @Nullable PodMove podMove;

    @JsonPropertyDescription(
            "true: the checkpoint was undone and the pod is moved without one. Default: false.")
    private boolean fellBack = false;

    @JsonPropertyDescription("What the strategy remembers.")
    private Map<String, String> memory = new LinkedHashMap<>();

    @JsonPropertyDescription("Why the work of the strategy could not be taken back.")
    private @Nullable Failure undoFailure;

    public @Nullable String getStrategy() {
        return strategy;
    }

    public void setStrategy(@Nullable String strategy) {
        this.strategy = strategy;
    }

    public @Nullable StrategyStage getStage() {
        return stage;
    }

    public void setStage(@Nullable StrategyStage stage) {
        this.stage = stage;
    }

    public boolean isComplete() {
        return complete;
    }

    public void setComplete(boolean complete) {
        this.complete = complete;
    }

    public @Nullable String getValidUntil() {
        return validUntil;
    }

    public void setValidUntil(@Nullable String validUntil) {
        this.validUntil = validUntil;
    }

    public @Nullable Integer getStep() {
        return step;
    }

    public void setStep(@Nullable Integer step) {
        this.step = step;
    }

    public @Nullable String getStageStart() {
        return stageStart;
    }

    public void setStageStart(@Nullable String stageStart) {
        this.stageStart = stageStart;
    }

    public @Nullable String getNextStep() {
        return nextStep;
    }

    public void setNextStep(@Nullable String nextStep) {
        this.nextStep = nextStep;
    }

    public @Nullable String getWaitingFor() {
        return waitingFor;
    }

    public void setWaitingFor(@Nullable String waitingFor) {
        this.waitingFor = waitingFor;
    }

    public @Nullable PodMove getPodMove() {
        return podMove;
    }

    public void setPodMove(@Nullable PodMove podMove) {
        this.podMove = podMove;
    }

    public boolean isFellBack() {
        return fellBack;
    }

    public void setFellBack(boolean fellBack) {
        this.fellBack = fellBack;
    }

    public Map<String, String> getMemory() {
        return memory;
    }

    public void setMemory(Map<String, String> memory) {
        this.memory = memory;
    }

    public @Nullable Failure getUndoFailure() {
        return undoFailure;
    }

    public void setUndoFailure(@Nullable Failure undoFailure) {
        this.undoFailure = undoFailure;
    }
}
