package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** The strategy that was chosen, and why. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class StrategyChoice extends ApiBean {
    @JsonPropertyDescription(
            "The strategy used. Absent while none is chosen, and if none is possible.")
    private @Nullable Strategy chosen;

    @JsonPropertyDescription(
            "Longest freeze that the program bears, as its strategy says. Absent: it says nothing."
                    + " Unit: milliseconds.")
    private @Nullable Long freezeBudgetMilliseconds;

    @JsonPropertyDescription("Why it was chosen and why others were not, one sentence each.")
    private List<String> reasons = new ArrayList<>();

    public @Nullable Strategy getChosen() {
        return chosen;
    }

    public void setChosen(@Nullable Strategy chosen) {
        this.chosen = chosen;
    }

    public @Nullable Long getFreezeBudgetMilliseconds() {
        return freezeBudgetMilliseconds;
    }

    public void setFreezeBudgetMilliseconds(@Nullable Long freezeBudgetMilliseconds) {
        this.freezeBudgetMilliseconds = freezeBudgetMilliseconds;
    }

    public List<String> getReasons() {
        return reasons;
    }

    public void setReasons(List<String> reasons) {
        this.reasons = reasons;
    }
}
