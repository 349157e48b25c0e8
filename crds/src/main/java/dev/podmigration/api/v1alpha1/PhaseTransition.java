package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Required;

import org.jspecify.annotations.Nullable;

/** When a phase began. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class PhaseTransition extends ApiBean {
    @JsonPropertyDescription("The phase that began.")
    @Required
    private @Nullable PodMigrationPhase phase;

    @JsonPropertyDescription("When it began. RFC 3339 in UTC with microseconds.")
    @Required
    private @Nullable String time;

    public @Nullable PodMigrationPhase getPhase() {
        return phase;
    }

    public void setPhase(@Nullable PodMigrationPhase phase) {
        this.phase = phase;
    }

    public @Nullable String getTime() {
        return time;
    }

    public void setTime(@Nullable String time) {
        this.time = time;
    }
}
