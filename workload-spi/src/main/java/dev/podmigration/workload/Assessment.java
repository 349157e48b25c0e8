package dev.podmigration.workload;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.Finding;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Whether a strategy can move a pod.
 *
 * @param findings what a person should know, also when it can
 * @param freezeBudget the longest freeze that the program bears, for example until its peers take
 *     it for dead. A freeze that is expected to be longer refuses the rung, and while it moves it
 *     lowers {@code limits.freezeSeconds}; without a fraction of a second, and at least one second.
 *     Empty: no limit of its own. Without a meaning for rungs that do not freeze
 * @param refusal why it cannot: the next rung is tried. Its message is recorded, and its remedy as
 *     what would make this rung possible
 */
public record Assessment(
        List<Finding> findings, Optional<Duration> freezeBudget, Optional<Failure> refusal) {

    public Assessment {
        findings = List.copyOf(findings);
        freezeBudget.ifPresent(
                budget -> {
                    if (!budget.isPositive()) {
                        throw new IllegalArgumentException("a freeze budget of " + budget);
                    }
                });
    }

    public static Assessment possible() {
        return new Assessment(List.of(), Optional.empty(), Optional.empty());
    }

    public static Assessment refused(Failure why) {
        return new Assessment(List.of(), Optional.empty(), Optional.of(why));
    }

    public Assessment withFindings(List<Finding> more) {
        return new Assessment(more, freezeBudget, refusal);
    }

    public Assessment withFreezeBudget(Duration budget) {
        return new Assessment(findings, Optional.of(budget), refusal);
    }
}
