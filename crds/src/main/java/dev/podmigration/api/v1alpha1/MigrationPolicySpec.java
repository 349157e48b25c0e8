package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** What is allowed for the pods that are selected. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
        value = "self.strategies.all(s, s != 'Auto')",
        message = "Auto is not a strategy that a policy can allow: name those that it may choose",
        fieldPath = ".strategies")
@ValidationRule(
        value = "self.strategies.all(s, self.strategies.exists_one(o, o == s))",
        message = "strategies names one twice",
        fieldPath = ".strategies")
public class MigrationPolicySpec extends ApiBean {
    @JsonPropertyDescription("The pods, by their labels. Default: {} (all pods of the namespace).")
    @Default("{}")
    private PodSelection selector = new PodSelection();

    @JsonPropertyDescription(
            "The strategies that are allowed, in the order in which Auto tries them. Default: []"
                    + " (all: Checkpoint, Hybrid, Savepoint, Recreate).")
    @Default("[]")
    @Size(max = 4)
    private List<Strategy> strategies = new ArrayList<>();

    @JsonPropertyDescription(
            "Time limits for migrations that leave theirs at the defaults. Default: none.")
    private @Nullable PolicyLimits limits;

    @JsonPropertyDescription(
            "How many migrations that follow this policy may go on at the same time; others wait in"
                + " phase Pending, the oldest is next. Default: no limit. Unit: migrations, 1 to"
                + " 1000.")
    @Min(1)
    @Max(1000)
    private @Nullable Integer maxParallel;

    public PodSelection getSelector() {
        return selector;
    }

    public void setSelector(PodSelection selector) {
        this.selector = selector;
    }

    public List<Strategy> getStrategies() {
        return strategies;
    }

    public void setStrategies(List<Strategy> strategies) {
        this.strategies = strategies;
    }

    public @Nullable PolicyLimits getLimits() {
        return limits;
    }

    public void setLimits(@Nullable PolicyLimits limits) {
        this.limits = limits;
    }

    public @Nullable Integer getMaxParallel() {
        return maxParallel;
    }

    public void setMaxParallel(@Nullable Integer maxParallel) {
        this.maxParallel = maxParallel;
    }
}
