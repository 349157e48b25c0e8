package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Required;

import org.jspecify.annotations.Nullable;

/** One pod of a group, and how far it has come. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class GroupMember extends ApiBean {
    @JsonPropertyDescription("Name of the pod before the move.")
    private @Nullable String podName;

    @JsonPropertyDescription("Name of the PodMigration that moves this pod: it tells the rest.")
    @Required
    private @Nullable String migrationName;

    @JsonPropertyDescription("How far it has come. Absent until it exists.")
    private @Nullable PodMigrationPhase phase;

    @JsonPropertyDescription("Where the pod goes.")
    private @Nullable PodPlace target;

    @JsonPropertyDescription(
            "How long this pod was silent. Absent until it runs again. Unit: milliseconds.")
    private @Nullable Long freezeMilliseconds;

    @JsonPropertyDescription("Why it did not succeed. Absent while it may.")
    private @Nullable FailureReason reason;

    public @Nullable String getPodName() {
        return podName;
    }

    public void setPodName(@Nullable String podName) {
        this.podName = podName;
    }

    public @Nullable String getMigrationName() {
        return migrationName;
    }

    public void setMigrationName(@Nullable String migrationName) {
        this.migrationName = migrationName;
    }

    public @Nullable PodMigrationPhase getPhase() {
        return phase;
    }

    public void setPhase(@Nullable PodMigrationPhase phase) {
        this.phase = phase;
    }

    public @Nullable PodPlace getTarget() {
        return target;
    }

    public void setTarget(@Nullable PodPlace target) {
        this.target = target;
    }

    public @Nullable Long getFreezeMilliseconds() {
        return freezeMilliseconds;
    }

    public void setFreezeMilliseconds(@Nullable Long freezeMilliseconds) {
        this.freezeMilliseconds = freezeMilliseconds;
    }

    public @Nullable FailureReason getReason() {
        return reason;
    }

    public void setReason(@Nullable FailureReason reason) {
        this.reason = reason;
    }
}
