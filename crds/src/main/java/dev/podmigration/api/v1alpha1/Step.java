package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Required;

import org.jspecify.annotations.Nullable;

/** Time spent in one step. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class Step extends ApiBean {
    @JsonPropertyDescription("Name of the step.")
    @Required
    private @Nullable String name;

    @JsonPropertyDescription("Time spent in it. Unit: milliseconds.")
    @Required
    private long milliseconds = 0;

    public static Step of(String name, long milliseconds) {
        Step step = new Step();
        step.name = name;
        step.milliseconds = milliseconds;
        return step;
    }

    public @Nullable String getName() {
        return name;
    }

    public void setName(@Nullable String name) {
        this.name = name;
    }

    public long getMilliseconds() {
        return milliseconds;
    }

    public void setMilliseconds(long milliseconds) {
        this.milliseconds = milliseconds;
    }
}
