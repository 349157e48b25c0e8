package dev.podmigration.operator.workload;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.fault.FaultPoints;
import dev.podmigration.operator.observe.StrategyWork;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.Move;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The strategies, best first, and which of them is possible. On every rung the strategy that knows
 * the program best has the say; what is refused is noted with its reason, and with what would make
 * it possible.
 */
public final class Ladder {

    /** All rungs in the order in which they are tried unless somebody orders them otherwise. */
    public static final List<Strategy> RUNGS =
            Stream.of(Strategy.values()).filter(rung -> rung != Strategy.Auto).toList();

    /** What came of the walk. */
    public sealed interface Choice {

        List<String> reasons();

        /** This one. */
        record Chosen(MigrationStrategy strategy, Assessment assessment, List<String> reasons)
                implements Choice {
            public Chosen {
                reasons = List.copyOf(reasons);
            }
        }

        /** It depends on what this one answers. */
        record Ask(MigrationStrategy strategy, List<String> reasons) implements Choice {
            public Ask {
                reasons = List.copyOf(reasons);
            }
        }

        /** None. */
        record None(Failure failure, List<String> reasons) implements Choice {
            public None {
                reasons = List.copyOf(reasons);
            }
        }
    }

    /**
     * What the operator's own checks say.
     *
     * @param freezing what speaks against freezing and moving the processes
     * @param replacing what speaks against making a new pod on another node
     * @param forecastMilliseconds how long a freeze is expected to be; empty: not known
     */
    public record Objections(
            Optional<Failure> freezing,
            Optional<Failure> replacing,
            OptionalLong forecastMilliseconds) {}

    private final Workloads workloads;

    public Ladder(Workloads workloads) {
        this.workloads = workloads;
    }

    /**
     * Walks down.
     *
     * @param rungs those that are wanted and allowed, in this order
     */
    public Choice walk(List<Strategy> rungs, Move move, StrategyWork work, Objections objections) {
        List<String> reasons = new ArrayList<>();
        Optional<Failure> first = Optional.empty();
        for (Strategy rung : rungs) {
            Failure refusal;
            try {
                Optional<MigrationStrategy> strategy = workloads.on(rung, move);
                Optional<Failure> objection =
                        strategy.isEmpty()
                                ? Optional.of(unknown(rung))
                                : objection(strategy.get(), objections);
                if (objection.isEmpty()) {
                    Optional<Assessment> assessment = assessment(strategy.get(), work);
                    if (assessment.isEmpty()) {
                        return new Choice.Ask(strategy.get(), reasons);
                    }
                    objection =
                            refusal(strategy.get(), assessment.get(), objections)
                                    .filter(Ladder::counts);
                    if (objection.isEmpty()) {
                        return new Choice.Chosen(strategy.get(), assessment.get(), reasons);
                    }
                }
                refusal = objection.get();
            } catch (PluginException e) {
                refusal = e.failure();
            }
            reasons.add(sentence(rung, refusal));
            first = first.isPresent() ? first : Optional.of(refusal);
        }
        return new Choice.None(first.orElseThrow(), reasons);
    }

    private static Optional<Assessment> assessment(MigrationStrategy strategy, StrategyWork work) {
        return Workloads.isBuiltIn(strategy)
                ? Optional.of(Assessment.possible())
                : work.assessment(strategy.name());
    }

    private static Optional<Failure> objection(MigrationStrategy strategy, Objections objections) {
        if (strategy.rung().isFreezing()) {
            return objections.freezing();
        }
        return strategy.replacesPod() ? objections.replacing() : Optional.empty();
    }

    private static Optional<Failure> refusal(
            MigrationStrategy strategy, Assessment assessment, Objections objections) {
        if (assessment.refusal().isPresent()) {
            return assessment.refusal();
        }
        if (!strategy.rung().isFreezing()
                || assessment.freezeBudget().isEmpty()
                || objections.forecastMilliseconds().isEmpty()) {
            return Optional.empty();
        }
        Duration budget = assessment.freezeBudget().get();
        long forecast = objections.forecastMilliseconds().getAsLong();
        return forecast <= budget.toMillis()
                ? Optional.empty()
                : Optional.of(
                        Failure.of(
                                FailureReason.FreezeBudgetExceeded,
                                "The freeze is expected to take "
                                        + forecast
                                        + " ms, and according to "
                                        + strategy.name()
                                        + " the program bears "
                                        + budget.toMillis()
                                        + " ms."));
    }

    /** False for a test that shows what would happen without the refusal. */
    private static boolean counts(Failure refusal) {
        return !FaultPoints.isIgnored("operator refuses", String.valueOf(refusal.getReason()));
    }

    private static Failure unknown(Strategy rung) {
        if (rung == Strategy.Recreate) {
            Failure failure =
                    Failure.of(
                            FailureReason.NoStrategyPossible,
                            "The pod does not declare that it keeps nothing in its processes.");
            failure.setRemedy(
                    "If it keeps nothing, say so: annotation "
                            + DeclaredRecreate.STATELESS
                            + ": \"true\".");
            return failure;
        }
        Failure failure =
                Failure.of(
                        FailureReason.NoStrategyPossible,
                        "No plugin of the operator knows how to move this pod by " + rung + ".");
        failure.setRemedy("Install a plugin that does: see docs/write-a-plugin.md.");
        return failure;
    }

    /** For status.strategy.reasons. */
    public static String sentence(Strategy rung, Failure refusal) {
        return rung
                + " is not possible: "
                + refusal.getMessage()
                + (refusal.getRemedy() == null
                        ? ""
                        : " To make it possible: " + refusal.getRemedy());
    }
}
