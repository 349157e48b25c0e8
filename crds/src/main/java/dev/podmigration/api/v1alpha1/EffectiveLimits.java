package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** Time limits in force. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public class EffectiveLimits extends ApiBean {
    @JsonPropertyDescription("Longest time in which neither copy may answer. Unit: seconds.")
    private int freezeSeconds;

    @JsonPropertyDescription("Longest time for the whole migration. Unit: seconds.")
    private int totalSeconds;

    public static EffectiveLimits of(int freezeSeconds, int totalSeconds) {
        EffectiveLimits limits = new EffectiveLimits();
        limits.freezeSeconds = freezeSeconds;
        limits.totalSeconds = totalSeconds;
        return limits;
    }

    public int getFreezeSeconds() {
        return freezeSeconds;
    }

    public void setFreezeSeconds(int freezeSeconds) {
        this.freezeSeconds = freezeSeconds;
    }

    public int getTotalSeconds() {
        return totalSeconds;
    }

    public void setTotalSeconds(int totalSeconds) {
        this.totalSeconds = totalSeconds;
    }
}
