package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;

/** Time limits. When one is exceeded before the commit, everything is rolled back. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
        value = "self.totalSeconds > self.freezeSeconds",
        message = "limits.totalSeconds must be more than limits.freezeSeconds",
        fieldPath = ".totalSeconds")
public class Limits extends ApiBean {
    @JsonPropertyDescription(
            "Longest time in which neither copy may answer. Unit: seconds, 1 to 600. Default: 10.")
    @Default("10")
    @Min(1)
    @Max(600)
    private int freezeSeconds = 10;

    @JsonPropertyDescription(
            "Longest time for the whole migration, must be more than freezeSeconds. Unit: seconds,"
                    + " 10 to 86400. Default: 600.")
    @Default("600")
    @Min(10)
    @Max(86400)
    private int totalSeconds = 600;

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
