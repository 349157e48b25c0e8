package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.EffectiveLimits;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.MigrationPolicy;
import dev.podmigration.api.v1alpha1.MigrationPolicySpec;
import dev.podmigration.api.v1alpha1.PodMove;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyChoice;
import dev.podmigration.api.v1alpha1.WorkloadProgress;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.observe.Marks;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.observe.PodState;
import dev.podmigration.operator.preflight.Preflight;
import dev.podmigration.operator.preflight.TargetNodes;
import dev.podmigration.operator.workload.Detected;
import dev.podmigration.operator.workload.Ladder;
import dev.podmigration.operator.workload.Ladder.Choice;
import dev.podmigration.operator.workload.MoveView;
import dev.podmigration.operator.workload.Workloads;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.MigrationStrategy;

import io.fabric8.kubernetes.api.model.Pod;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Chooses the strategy of a migration whose checks are done, and writes the choice down. */
final class StrategyPlan {

    /** Measured: 0.22 to 0.49 s with 1 GiB (docs/decisions/0015). */
    private static final Duration THAW = Duration.ofMillis(500);

    private final Ladder ladder;
    private final TargetNodes targetNodes;

    StrategyPlan(Workloads workloads, TargetNodes targetNodes) {
        this.ladder = new Ladder(workloads);
        this.targetNodes = targetNodes;
    }

    /**
     * Chooses. When the draft has a chosen strategy afterwards, that is all; otherwise there is
     * something to do or no way at all.
     *
     * @param findings of all checks; the strategy adds its own
     * @return empty: a strategy is chosen
     */
    Optional<Decision> choose(Observation seen, Detected detected, List<Finding> findings) {
        Optional<MigrationPolicy> policy = policy(seen);
        List<Strategy> rungs = rungs(seen.spec().getStrategy(), policy);
        policy.ifPresent(
                followed ->
                        findings.add(policyFinding(followed, seen.spec().getStrategy(), rungs)));
        if (rungs.isEmpty()) {
            return Optional.of(new Decision.GiveUp(Preflight.refusal(findings).orElseThrow()));
        }
        Choice choice =
                ladder.walk(
                        rungs,
                        MoveView.move(seen, detected.detections()),
                        seen.work(),
                        objections(seen, findings));
        return switch (choice) {
            case Choice.Ask ask ->
                    Optional.of(
                            Decision.act(
                                    new Action.AssessStrategy(
                                            ask.strategy().name(),
                                            MoveView.move(seen, detected.detections())),
                                    ask.strategy().name() + " to say whether it can move the pod",
                                    Obstacles.deadline(seen)));
            case Choice.None none -> {
                StrategyChoice nothing = new StrategyChoice();
                nothing.setReasons(none.reasons());
                seen.status().setStrategy(nothing);
                if (Preflight.refusal(findings).isEmpty()) {
                    findings.add(
                            Finding.refused(
                                    "Strategy",
                                    Objects.requireNonNull(none.failure().getReason()),
                                    String.valueOf(none.failure().getMessage())));
                }
                yield Optional.of(new Decision.GiveUp(none.failure()));
            }
            case Choice.Chosen chosen -> {
                note(chosen, seen, findings);
                yield Optional.empty();
            }
        };
    }

    /** As it is now: what it allows may have changed since it was chosen. */
    private static Optional<MigrationPolicy> policy(Observation seen) {
        String name = seen.status().getPolicy();
        return name == null
                ? Optional.empty()
                : seen.cluster().policies(seen.migration().getMetadata().getNamespace()).stream()
                        .filter(policy -> name.equals(policy.getMetadata().getName()))
                        .findFirst();
    }

    /** What the user wants, as far as it is allowed, in the order of the policy. */
    private static List<Strategy> rungs(Strategy wanted, Optional<MigrationPolicy> policy) {
        List<Strategy> allowed =
                policy.map(MigrationPolicy::getSpec)
                        .map(MigrationPolicySpec::getStrategies)
                        .filter(strategies -> !strategies.isEmpty())
                        .orElse(Ladder.RUNGS);
        return allowed.stream().filter(rung -> wanted == Strategy.Auto || wanted == rung).toList();
    }

    /** What the policy says about this migration. */
    private static Finding policyFinding(
            MigrationPolicy policy, Strategy wanted, List<Strategy> rungs) {
        String name = "MigrationPolicy " + policy.getMetadata().getName();
        return rungs.isEmpty()
                ? Finding.refused(
                        "Policy",
                        FailureReason.NotAllowedByPolicy,
                        name
                                + " does not allow the strategy "
                                + wanted
                                + ", only "
                                + names(policy.getSpec().getStrategies())
                                + ".")
                : Finding.passed("Policy", name + " allows " + names(rungs) + ", in this order.");
    }

    private static String names(List<Strategy> rungs) {
        return rungs.stream().map(Strategy::name).collect(Collectors.joining(", "));
    }

    private Ladder.Objections objections(Observation seen, List<Finding> findings) {
        Optional<Failure> freezing = Preflight.refusal(findings);
        OptionalLong forecast =
                freezing.isPresent() || seen.status().getFreeze() == null
                        ? OptionalLong.empty()
                        : Optional.ofNullable(seen.status().getFreeze().getPredictedMilliseconds())
                                .map(OptionalLong::of)
                                .orElse(OptionalLong.empty());
        return new Ladder.Objections(freezing, replacing(seen, findings), forecast);
    }

    /** Why no new pod can take the place of this one. */
    private Optional<Failure> replacing(Observation seen, List<Finding> findings) {
        Pod source = seen.source().orElseThrow();
        Optional<Failure> owner =
                Preflight.refusal(
                        findings.stream()
                                .filter(
                                        finding ->
                                                finding.getReason()
                                                        == FailureReason.OwnerNotSupported)
                                .toList());
        if (owner.isPresent()) {
            return owner;
        }
        if (seen.isNameKept()) {
            return Optional.of(
                    Failure.of(
                            FailureReason.PodNameNotKeepable,
                            "A pod that is made anew while the source runs cannot have its name."));
        }
        if (source.getMetadata().getAnnotations().containsKey(Marks.BEGINNING_LEFT_OUT)
                && PodState.controller(source).isEmpty()) {
            return Optional.of(
                    Failure.of(
                            FailureReason.NoStrategyPossible,
                            "The pod was moved with its memory before and lacks the init containers"
                                    + " or hooks with which a new one would have to begin."));
        }
        return targetNodes.forReplacement(source, seen).isEmpty()
                ? Optional.of(
                        Failure.of(
                                FailureReason.NoEligibleNode,
                                "No node that is Ready and not cordoned can take a new pod."))
                : Optional.empty();
    }

    private static void note(Choice.Chosen chosen, Observation seen, List<Finding> findings) {
        MigrationStrategy strategy = chosen.strategy();
        Assessment assessment = chosen.assessment();
        findings.addAll(assessment.findings());
        StrategyChoice choice = new StrategyChoice();
        choice.setChosen(strategy.rung());
        List<String> reasons = new ArrayList<>(chosen.reasons());
        reasons.add(why(strategy, seen));
        choice.setReasons(reasons);
        if (strategy.rung().isFreezing()) {
            assessment.freezeBudget().ifPresent(budget -> limit(budget, choice, seen));
        }
        seen.status().setStrategy(choice);
        if (!Workloads.isBuiltIn(strategy)) {
            WorkloadProgress work = new WorkloadProgress();
            work.setStrategy(strategy.name());
            if (!strategy.rung().isFreezing()) {
                work.setPodMove(strategy.replacesPod() ? PodMove.Replace : PodMove.Owner);
            }
            seen.status().setWorkload(work);
        }
    }

    /** A limit at which the pod can still run again before the budget is used up. */
    static int freezeSeconds(Duration budget, int longest) {
        return Math.clamp(budget.minus(THAW).toSeconds(), 1, longest);
    }

    private static void limit(Duration budget, StrategyChoice choice, Observation seen) {
        choice.setFreezeBudgetMilliseconds(budget.toMillis());
        EffectiveLimits limits = seen.limits();
        int seconds = freezeSeconds(budget, limits.getFreezeSeconds());
        seen.status().setLimits(EffectiveLimits.of(seconds, limits.getTotalSeconds()));
    }

    private static String why(MigrationStrategy strategy, Observation seen) {
        if (seen.spec().getStrategy() == strategy.rung()) {
            return "strategy is " + strategy.rung() + ".";
        }
        return switch (strategy.rung()) {
            case Auto -> throw new IllegalStateException("not a rung");
            case Checkpoint -> "No check objects to moving memory, sockets and files.";
            case Hybrid, Savepoint -> strategy.rung() + " is possible by " + strategy.name() + ".";
            case Recreate -> "The pod keeps nothing in its processes: it can be made anew.";
        };
    }
}
