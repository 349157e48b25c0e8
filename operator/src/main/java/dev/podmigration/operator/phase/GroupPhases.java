package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.forecast.FreezeHistory;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.preflight.Preflight;
import dev.podmigration.operator.target.MemberMigration;
import dev.podmigration.operator.workload.Workloads;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The life of a migration that moves a group. The members do the work, each for its pod; this one
 * makes them, holds them back at two places until all have come so far (the first touch, and the
 * freeze), and lets the program's strategy do its work once for all of them.
 */
final class GroupPhases implements PhaseHandler {

    private final GroupPlan plan;
    private final StageRun stages;
    private final GroupRollBack rollBack;

    GroupPhases(Workloads workloads, FreezeHistory history, StageRun stages) {
        this.plan = new GroupPlan(workloads, history);
        this.stages = stages;
        this.rollBack = new GroupRollBack(stages);
    }

    @Override
    public Decision next(Observation seen) {
        if (seen.isRollingBack()) {
            return rollBack.next(seen);
        }
        Optional<Failure> obstacle = obstacle(seen);
        if (obstacle.isPresent()) {
            return new Decision.GiveUp(obstacle.get());
        }
        return switch (seen.phase()) {
            case Pending -> GroupChoice.next(seen);
            case Preflight -> planned(seen);
            case Preparing -> prepared(seen);
            case Armed -> freeze(seen);
            case Frozen -> restoring(seen);
            case Restoring, Moving -> committed(seen);
            case Committed -> new Decision.Enter(PodMigrationPhase.Switching);
            case Switching -> finished(seen);
            case Succeeded, RolledBack, Failed, Cancelled -> new Decision.Finish(seen.phase());
        };
    }

    private static Optional<Failure> obstacle(Observation seen) {
        Members members = Members.of(seen);
        if (!seen.phase().isCancellable() || members.isGranted()) {
            return Optional.empty();
        }
        return Obstacles.unwanted(seen)
                // Whoever has to repair something wants to hear of all pods at once.
                .or(
                        () ->
                                seen.phase() == PodMigrationPhase.Preflight && !members.areDecided()
                                        ? Optional.empty()
                                        : members.failure())
                .or(() -> Obstacles.tooLate(seen));
    }

    private Decision planned(Observation seen) {
        Members members = Members.of(seen);
        List<Action> missing =
                members.missing().stream()
                        .<Action>map(
                                member ->
                                        new Action.CreateMember(
                                                MemberMigration.of(
                                                        seen.migration(),
                                                        member,
                                                        seen.sourceNode().orElseThrow())))
                        .toList();
        if (!missing.isEmpty()) {
            return new Decision.Stay(missing, "the checks of every pod", Obstacles.deadline(seen));
        }
        if (!members.areDecided()) {
            return Decision.waitFor("the checks of every pod", Obstacles.deadline(seen));
        }
        if (seen.chosen().isEmpty()) {
            // Decided now and written; what follows from it comes in the next round.
            return plan.choose(seen)
                    .orElseGet(() -> new Decision.Enter(PodMigrationPhase.Preflight));
        }
        if (!seen.spec().isDryRun()) {
            return new Decision.Enter(PodMigrationPhase.Preparing);
        }
        return members.areAll(PodMigrationPhase::isFinal)
                ? new Decision.Finish(PodMigrationPhase.Succeeded)
                : Decision.waitFor("the inspections to be cleaned up", Obstacles.deadline(seen));
    }

    private Decision prepared(Observation seen) {
        return switch (stages.next(StrategyStage.Prepare, seen)) {
            case StageRun.State.Busy busy -> busy.decision();
            case StageRun.State.Refused refused -> new Decision.GiveUp(refused.failure());
            case StageRun.State.Complete _ ->
                    Members.of(seen).areAll(phase -> isFrom(PodMigrationPhase.Armed, phase))
                            ? new Decision.Enter(PodMigrationPhase.Armed)
                            : Decision.waitFor(
                                    "both ends of every pod to be ready", Obstacles.deadline(seen));
        };
    }

    /** The moment is the same for all: this one tells the agents, and no member by itself. */
    private Decision freeze(Observation seen) {
        Members members = Members.of(seen);
        List<Action> words =
                seen.group().members().stream()
                        .filter(member -> !Members.isAskedToFreeze(member))
                        .flatMap(member -> member.checkpoint().stream())
                        .<Action>map(half -> new Action.SetGoal(half, CheckpointGoal.Migrate))
                        .toList();
        if (words.isEmpty() && members.isAny(phase -> isFrom(PodMigrationPhase.Frozen, phase))) {
            return new Decision.Enter(PodMigrationPhase.Frozen);
        }
        // Once one of them has the word, there is no other moment for the rest.
        if (!members.isFreezeAsked()) {
            switch (stages.next(StrategyStage.AwaitFreeze, seen)) {
                case StageRun.State.Busy busy -> {
                    return busy.decision();
                }
                case StageRun.State.Refused refused -> {
                    return new Decision.GiveUp(refused.failure());
                }
                case StageRun.State.Complete _ -> {}
            }
        }
        return new Decision.Stay(words, "the pods to be frozen", Obstacles.deadline(seen));
    }

    private static Decision restoring(Observation seen) {
        return Members.of(seen).isAny(phase -> isFrom(PodMigrationPhase.Restoring, phase))
                ? new Decision.Enter(PodMigrationPhase.Restoring)
                : Decision.waitFor(
                        "the memory of every pod to arrive on its target",
                        Obstacles.deadline(seen));
    }

    private static Decision committed(Observation seen) {
        return Members.of(seen).areAll(phase -> phase.isCommitted() || phase.isFinal())
                ? new Decision.Enter(PodMigrationPhase.Committed)
                : Decision.waitFor("every pod to run on its target", Obstacles.deadline(seen));
    }

    private Decision finished(Observation seen) {
        Members members = Members.of(seen);
        if (!members.haveEnded()) {
            return Decision.waitFor(
                    "every target to take the place of its source", Obstacles.deadline(seen));
        }
        Optional<Failure> failure = members.failure();
        if (failure.isPresent()) {
            seen.status().setFailure(failure.get());
            return new Decision.Finish(PodMigrationPhase.Failed);
        }
        return stages.finish(seen);
    }

    /** Not before it. */
    static boolean isFrom(PodMigrationPhase first, PodMigrationPhase phase) {
        return !PhaseTable.isBefore(Objects.requireNonNull(phase), first);
    }
}
