package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;

import org.jspecify.annotations.Nullable;

/** Time limits in place of the defaults. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
        value =
                "(has(self.totalSeconds) ? self.totalSeconds : 600) > (has(self.freezeSeconds) ?"
                        + " self.freezeSeconds : 10)",
        message =
                "limits.totalSeconds of a policy, 600 if absent, must be more than freezeSeconds,"
                        + " 10 if absent",
        fieldPath = ".totalSeconds")
public class PolicyLimits extends ApiBean {
    @JsonPropertyDescription(
            "Longest freeze, for migrations that have the default of 10. Unit: seconds, 1 to 600."
                    + " Default: 10.")
    @Min(1)
    @Max(600)
    private @Nullable Integer freezeSeconds;

    @JsonPropertyDescription(
            "Longest time in all, for migrations that have the default of 600. Unit: seconds, 10 to"
                    + " 86400. Default: 600.")
    @Min(10)
    @Max(86400)
    private @Nullable Integer totalSeconds;

    public @Nullable Integer getFreezeSeconds() {
        return freezeSeconds;
    }

    public void setFreezeSeconds(@Nullable Integer freezeSeconds) {
        this.freezeSeconds = freezeSeconds;
    }

    public @Nullable Integer getTotalSeconds() {
        return totalSeconds;
    }

    public void setTotalSeconds(@Nullable Integer totalSeconds) {
        this.totalSeconds = totalSeconds;
    }
}
