package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.EffectiveLimits;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.Freeze;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyChoice;
import dev.podmigration.api.v1alpha1.WorkloadProgress;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.forecast.FreezeForecast;
import dev.podmigration.operator.forecast.FreezeHistory;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.preflight.InspectedMemory;
import dev.podmigration.operator.preflight.Preflight;
import dev.podmigration.operator.workload.MoveView;
import dev.podmigration.operator.workload.Workloads;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.MigrationStrategy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The plan of a group whose members each have one: who does the work of the program once for all of
 * them, and how long they may be silent together.
 */
final class GroupPlan {

    private final Workloads workloads;
    private final FreezeHistory history;

    GroupPlan(Workloads workloads, FreezeHistory history) {
        this.workloads = workloads;
        this.history = history;
    }

    /**
     * Chooses.
     *
     * @return empty: the draft has the plan
     */
    Optional<Decision> choose(Observation seen) {
        FreezeForecast forecast = forecast(seen);
        List<String> names =
                seen.group().members().stream()
                        .flatMap(member -> member.workload().stream())
                        .map(WorkloadProgress::getStrategy)
                        .distinct()
                        .toList();
        if (names.isEmpty()) {
            return note(Optional.empty(), Assessment.possible(), forecast, seen);
        }
        Optional<MigrationStrategy> strategy = workloads.named(String.valueOf(names.getFirst()));
        Optional<Failure> objection = objection(names, strategy, seen);
        if (objection.isPresent()) {
            return refuse(objection.get(), seen);
        }
        Optional<Assessment> assessment = seen.work().assessment(names.getFirst());
        if (assessment.isEmpty()) {
            return Optional.of(
                    Decision.act(
                            new Action.AssessStrategy(
                                    names.getFirst(), MoveView.whole(seen, workloads)),
                            names.getFirst() + " to say whether it can move the pods together",
                            Obstacles.deadline(seen)));
        }
        return assessment.get().refusal().isPresent()
                ? refuse(assessment.get().refusal().get(), seen)
                : note(strategy, assessment.get(), forecast, seen);
    }

    private static Optional<Failure> objection(
            List<String> names, Optional<MigrationStrategy> strategy, Observation seen) {
        if (names.size() > 1) {
            return Optional.of(
                    Failure.of(
                            FailureReason.WorkloadNotMovable,
                            "The pods are of programs that are moved in different ways ("
                                    + String.join(", ", names)
                                    + "), and none of these knows about the others."));
        }
        return strategy.isEmpty()
                        || (seen.status().getMembers().size() > 1 && !strategy.get().movesGroups())
                ? Optional.of(
                        Failure.of(
                                FailureReason.WorkloadNotMovable,
                                "The strategy "
                                        + names.getFirst()
                                        + " does not know how to move several pods as one."))
                : Optional.empty();
    }

    private static Optional<Decision> refuse(Failure failure, Observation seen) {
        List<Finding> findings = new ArrayList<>(seen.status().getFindings());
        findings.add(
                Finding.refused(
                        "Strategy", failure.getReason(), String.valueOf(failure.getMessage())));
        seen.status().setFindings(findings);
        return Optional.of(new Decision.GiveUp(failure));
    }

    /** As if all containers were of one pod: their memory goes the same way at the same time. */
    private FreezeForecast forecast(Observation seen) {
        List<Observation> members = seen.group().members();
        FreezeForecast forecast =
                FreezeForecast.of(
                        history,
                        seen.sourceNode().orElseThrow(),
                        seen.spec().getTarget().getNodeName(),
                        members.stream()
                                .mapToInt(member -> member.status().getContainers().size())
                                .sum(),
                        members.stream().mapToLong(InspectedMemory::of).sum());
        Freeze freeze = new Freeze();
        freeze.setPredictedMilliseconds(forecast.milliseconds());
        seen.status().setFreeze(freeze);
        return forecast;
    }

    private static Optional<Decision> note(
            Optional<MigrationStrategy> strategy,
            Assessment assessment,
            FreezeForecast forecast,
            Observation seen) {
        Optional<Duration> budget =
                Stream.concat(assessment.freezeBudget().stream(), budgets(seen))
                        .min(Duration::compareTo);
        if (budget.filter(most -> forecast.milliseconds() > most.toMillis()).isPresent()) {
            return refuse(
                    Failure.of(
                            FailureReason.FreezeBudgetExceeded,
                            "The freeze of all pods together is expected to take "
                                    + forecast.milliseconds()
                                    + " ms, and the program bears "
                                    + budget.get().toMillis()
                                    + " ms."),
                    seen);
        }
        List<Finding> findings = new ArrayList<>(seen.status().getFindings());
        findings.addAll(assessment.findings());
        findings.add(Finding.passed(Preflight.FREEZE, forecast.derivation()));
        seen.status().setFindings(findings);
        StrategyChoice choice = new StrategyChoice();
        choice.setChosen(Strategy.Checkpoint);
        choice.setReasons(List.of("Every pod of the group can be moved by Checkpoint."));
        budget.ifPresent(most -> choice.setFreezeBudgetMilliseconds(most.toMillis()));
        seen.status().setStrategy(choice);
        seen.status().setLimits(limits(budget, seen));
        strategy.ifPresent(
                found -> {
                    WorkloadProgress work = new WorkloadProgress();
                    work.setStrategy(found.name());
                    seen.status().setWorkload(work);
                });
        return Optional.empty();
    }

    private static Stream<Duration> budgets(Observation seen) {
        return seen.group().members().stream()
                .map(member -> member.status().getStrategy())
                .flatMap(Stream::ofNullable)
                .map(StrategyChoice::getFreezeBudgetMilliseconds)
                .flatMap(Stream::ofNullable)
                .map(Duration::ofMillis);
    }

    /** They are silent together, so none may be silent for longer than any other bears. */
    private static EffectiveLimits limits(Optional<Duration> budget, Observation seen) {
        int shortest =
                seen.group().members().stream()
                        .mapToInt(member -> member.limits().getFreezeSeconds())
                        .min()
                        .orElse(seen.limits().getFreezeSeconds());
        int seconds =
                budget.map(most -> StrategyPlan.freezeSeconds(most, shortest)).orElse(shortest);
        return EffectiveLimits.of(seconds, seen.limits().getTotalSeconds());
    }
}
