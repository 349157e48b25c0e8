package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMove;
import dev.podmigration.api.v1alpha1.PodPlace;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.api.v1alpha1.WorkloadProgress;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.preflight.TargetNodes;
import dev.podmigration.operator.workload.MoveView;
import dev.podmigration.operator.workload.PluginException;
import dev.podmigration.operator.workload.Workloads;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.Progress;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lets the chosen strategy do one of its stages, step by step. What came of a step is in the draft
 * of the status, and so recorded, before the next one is done; a step whose outcome is not known
 * was lost with an operator that ended, and is done again.
 */
final class StageRun {

    /** How far a stage is. */
    sealed interface State {

        /** It is complete, or there is nothing to do. */
        record Complete() implements State {}

        /** Not yet. */
        record Busy(Decision decision) implements State {}

        /** It cannot be done. */
        record Refused(Failure failure) implements State {}
    }

    private static final State COMPLETE = new State.Complete();

    private final Workloads workloads;
    private final TargetNodes targetNodes;

    StageRun(Workloads workloads, TargetNodes targetNodes) {
        this.workloads = workloads;
        this.targetNodes = targetNodes;
    }

    /** Goes on with a stage. The draft says afterwards how far it is. */
    State next(StrategyStage stage, Observation seen) {
        WorkloadProgress work = seen.status().getWorkload();
        // For a pod of a group it is done once for all of them, by the migration of the group.
        if (work == null || seen.isMember()) {
            return COMPLETE;
        }
        Optional<MigrationStrategy> strategy = workloads.named(String.valueOf(work.getStrategy()));
        if (strategy.isEmpty()) {
            return new State.Refused(
                    Failure.of(
                            FailureReason.PluginFailed,
                            "The strategy "
                                    + work.getStrategy()
                                    + " is not loaded any more; it had to do stage "
                                    + stage
                                    + "."));
        }
        if (work.getStage() != stage || isStale(work, seen.now())) {
            begin(stage, work, seen.now());
        }
        if (work.isComplete()) {
            return COMPLETE;
        }
        Optional<Progress> outcome = seen.work().outcome(stage, work.getStep());
        if (outcome.isPresent()) {
            Optional<State> end = note(outcome.get(), work, seen);
            if (end.isPresent()) {
                return end.get();
            }
        }
        return step(strategy.get(), stage, work, seen);
    }

    /**
     * Whether the stage that moves the pod is done with the new one at hand. Of a strategy that is
     * not loaded any more the stage itself says so.
     */
    boolean isDoneBesideNewPod(Observation seen) throws PluginException {
        Optional<MigrationStrategy> strategy =
                seen.workload()
                        .filter(work -> work.getPodMove() != PodMove.Owner)
                        .flatMap(work -> workloads.named(String.valueOf(work.getStrategy())));
        return strategy.isPresent()
                && workloads.runsBesideSource(strategy.get(), MoveView.whole(seen, workloads));
    }

    /** The last stage of a move: it has the last word on how the migration ends. */
    Decision finish(Observation seen) {
        return switch (next(StrategyStage.AfterMove, seen)) {
            case State.Busy busy -> busy.decision();
            case State.Complete _ -> new Decision.Finish(PodMigrationPhase.Succeeded);
            case State.Refused refused -> {
                seen.status().setFailure(refused.failure());
                yield new Decision.Finish(PodMigrationPhase.Failed);
            }
        };
    }

    /**
     * The last stage of a roll back, because a program can only be told to go on when it runs. What
     * goes wrong in it is told beside the failure that was there first.
     *
     * @param outcome how the migration ends then
     */
    Decision undo(PodMigrationPhase outcome, Observation seen) {
        Decision end = new Decision.Finish(outcome);
        Optional<WorkloadProgress> begun = seen.workload().filter(work -> work.getStage() != null);
        if (begun.isEmpty()) {
            return end;
        }
        return switch (next(StrategyStage.Undo, seen)) {
            case State.Busy busy -> busy.decision();
            case State.Complete _ -> end;
            case State.Refused refused -> {
                begun.get().setUndoFailure(refused.failure());
                yield end;
            }
        };
    }

    private static void begin(StrategyStage stage, WorkloadProgress work, Instant now) {
        // Numbers go on within a stage that begins again: what came of its old steps is over.
        work.setStep(work.getStage() == stage && work.getStep() != null ? work.getStep() + 1 : 1);
        work.setStage(stage);
        work.setStageStart(Timestamps.format(now));
        work.setNextStep(null);
        work.setValidUntil(null);
        work.setWaitingFor(null);
        work.setComplete(false);
    }

    /** It was complete, but nothing came of it in time: the moment has passed. */
    private static boolean isStale(WorkloadProgress work, Instant now) {
        return work.isComplete()
                && work.getValidUntil() != null
                && now.isAfter(Timestamps.parse(work.getValidUntil()));
    }

    /** Empty: there is another step to do. */
    private static Optional<State> note(Progress outcome, WorkloadProgress work, Observation seen) {
        work.setMemory(new LinkedHashMap<>(outcome.memory()));
        work.setWaitingFor(null);
        return switch (outcome) {
            case Progress.Done done -> {
                if (done.until().isPresent() && seen.now().isAfter(done.until().get())) {
                    again(seen.now(), work);
                    yield Optional.empty();
                }
                work.setComplete(true);
                work.setValidUntil(done.until().map(Timestamps::format).orElse(null));
                yield Optional.of(COMPLETE);
            }
            case Progress.Waiting waiting -> {
                work.setWaitingFor(waiting.what());
                again(seen.now().plus(waiting.again()), work);
                yield Optional.empty();
            }
            case Progress.ReplacePod _ -> {
                work.setPodMove(PodMove.Replace);
                work.setComplete(true);
                yield Optional.of(COMPLETE);
            }
            case Progress.MovedByOwner moved -> {
                work.setPodMove(PodMove.Owner);
                work.setComplete(true);
                PodPlace place = new PodPlace();
                place.setPodName(moved.podName());
                seen.status().setTarget(place);
                yield Optional.of(COMPLETE);
            }
            case Progress.Refused refused -> Optional.of(new State.Refused(refused.failure()));
        };
    }

    private static void again(Instant when, WorkloadProgress work) {
        work.setStep(work.getStep() + 1);
        work.setNextStep(Timestamps.format(when));
    }

    private State step(
            MigrationStrategy strategy,
            StrategyStage stage,
            WorkloadProgress work,
            Observation seen) {
        Instant deadline;
        try {
            deadline =
                    Timestamps.parse(work.getStageStart()).plus(workloads.limit(strategy, stage));
        } catch (PluginException e) {
            return new State.Refused(e.failure());
        }
        String waitingFor =
                work.getWaitingFor() == null
                        ? strategy.name() + " to do stage " + stage
                        : work.getWaitingFor();
        if (!seen.now().isBefore(deadline)) {
            return new State.Refused(
                    Failure.of(
                            FailureReason.WorkloadTimeout,
                            "Strategy "
                                    + strategy.name()
                                    + " has not completed stage "
                                    + stage
                                    + "; it was waiting for "
                                    + waitingFor
                                    + "."));
        }
        Instant due =
                work.getNextStep() == null ? seen.now() : Timestamps.parse(work.getNextStep());
        if (due.isAfter(seen.now())) {
            return new State.Busy(
                    Decision.waitFor(waitingFor, due.isBefore(deadline) ? due : deadline));
        }
        return new State.Busy(
                Decision.act(
                        new Action.StepStrategy(
                                strategy.name(),
                                stage,
                                work.getStep(),
                                MoveView.whole(seen, workloads),
                                Map.copyOf(work.getMemory()),
                                work.isFellBack(),
                                targets(seen),
                                deadline),
                        waitingFor,
                        deadline));
    }

    private List<String> targets(Observation seen) {
        return seen.source()
                .map(
                        source ->
                                (seen.isStartedAnew()
                                                ? targetNodes.forReplacement(source, seen)
                                                : targetNodes.eligible(source, seen))
                                        .stream()
                                                .map(node -> node.getMetadata().getName())
                                                .toList())
                .orElse(List.of());
    }
}
