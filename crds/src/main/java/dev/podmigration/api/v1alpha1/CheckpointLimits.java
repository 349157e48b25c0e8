package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** Time limits of the source node. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public class CheckpointLimits extends ApiBean {
    @JsonPropertyDescription(
            "Longest time in which neither copy may answer; then the source rolls back, as long as"
                    + " it has not given the grant. Unit: seconds, 1 to 600. Default: 10.")
    @Default("10")
    @Min(1)
    @Max(600)
    private int freezeSeconds = 10;

    public int getFreezeSeconds() {
        return freezeSeconds;
    }

    public void setFreezeSeconds(int freezeSeconds) {
        this.freezeSeconds = freezeSeconds;
    }
}
