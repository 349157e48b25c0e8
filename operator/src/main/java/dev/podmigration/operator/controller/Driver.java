package dev.podmigration.operator.controller;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.fault.FaultPoints;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.action.Executor;
import dev.podmigration.operator.action.RefusedException;
import dev.podmigration.operator.event.Announcer;
import dev.podmigration.operator.forecast.FreezeHistory;
import dev.podmigration.operator.metrics.MigrationMetrics;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.phase.Decision;
import dev.podmigration.operator.phase.PhaseTable;
import dev.podmigration.operator.status.CancelRefusal;
import dev.podmigration.operator.status.Facts;
import dev.podmigration.operator.status.StatusDraft;
import dev.podmigration.operator.workload.Workloads;

import io.fabric8.kubernetes.api.model.Condition;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Observes, decides, writes the decision into the status, and only then acts. A crash between the
 * last two is found by the next look: every handler asks the world whether what it wants is there.
 */
final class Driver {

    private static final Logger LOG = LoggerFactory.getLogger(Driver.class);

    /** No life has more phases than this; one that goes in circles is a fault. */
    private static final int MOST_STEPS = 20;

    private final Observer observer;
    private final PhaseTable phases;
    private final Workloads workloads;
    private final Executor executor;
    private final Announcer announcer;
    private final MigrationMetrics metrics;
    private final FreezeHistory history;
    private final Duration refused;

    /**
     * Puts the parts together.
     *
     * @param refused until a change is tried again that the API server refused
     */
    Driver(
            Observer observer,
            PhaseTable phases,
            Workloads workloads,
            Executor executor,
            Announcer announcer,
            MigrationMetrics metrics,
            FreezeHistory history,
            Duration refused) {
        this.observer = observer;
        this.phases = phases;
        this.workloads = workloads;
        this.executor = executor;
        this.announcer = announcer;
        this.metrics = metrics;
        this.history = history;
        this.refused = refused;
    }

    /**
     * Takes a migration as far as it goes without waiting.
     *
     * @param writer writes the status and returns the migration as the API server has it then
     * @return when to look again if no event comes; empty when the migration has ended
     */
    Optional<Instant> drive(PodMigration migration, UnaryOperator<PodMigration> writer) {
        PodMigration current = migration;
        for (int step = 0; step < MOST_STEPS; step++) {
            Observation seen = observer.observe(current);
            PodMigrationPhase before = seen.phase();
            if (before.isFinal()) {
                acknowledge(seen, current, writer);
                return Optional.empty();
            }
            Facts.note(seen, workloads);
            Decision decision = phases.next(seen);
            if (!observer.seesEverything()) {
                LOG.info("Phase {}: left to the next operator, this one ends", before);
                return Optional.empty();
            }
            Optional<Condition> stalled = stalled(seen);
            // What was refused before is tried again first: what the conditions say about it holds
            // until the answer is known.
            boolean held = stalled.isPresent() && !actions(decision).isEmpty();
            boolean news = !held && isNews(decision, stalled);
            FaultPoints.reach(
                    "operator decides", decision.getClass().getSimpleName() + " in " + before);
            current = held ? save(seen, current, writer) : write(decision, seen, current, writer);
            if (news) {
                announcer.announce(decision, seen, before, current);
            }
            log(decision, before);
            switch (decision) {
                case Decision.Enter _,
                        Decision.GiveUp _,
                        Decision.GoForward _,
                        Decision.FallBack _ -> {}
                case Decision.Finish _ -> {
                    metrics.ended(current);
                    history.learn(current);
                    return Optional.empty();
                }
                case Decision.Stay _, Decision.Stall _ -> {
                    Optional<Failure> refusal = act(actions(decision));
                    if (refusal.isEmpty() && !held) {
                        return lookAgain(decision);
                    }
                    Observation again = observer.observe(current);
                    Decision outcome =
                            refusal.map(failure -> afterRefusal(failure, again)).orElse(decision);
                    current = write(outcome, again, current, writer);
                    if (isNews(outcome, stalled)) {
                        refusal.ifPresent(failure -> LOG.warn("{}", failure.getMessage()));
                        announcer.announce(outcome, again, before, current);
                    }
                    Optional<Instant> later = lookAgain(outcome);
                    if (later.isPresent()) {
                        return later;
                    }
                }
            }
        }
        throw new IllegalStateException(
                "No rest after "
                        + MOST_STEPS
                        + " steps in phase "
                        + current.getStatus().getPhase());
    }

    private static void log(Decision decision, PodMigrationPhase before) {
        switch (decision) {
            case Decision.Enter enter -> {
                if (enter.phase() != before) {
                    LOG.info("Phase {} -> {}", before, enter.phase());
                }
            }
            case Decision.GiveUp giveUp ->
                    LOG.warn(
                            "Undoing in phase {}: {}, {}",
                            before,
                            giveUp.failure().getReason(),
                            giveUp.failure().getMessage());
            case Decision.GoForward _ ->
                    LOG.info("Phase {}: too late to undo, the target runs", before);
            case Decision.FallBack fallBack ->
                    LOG.warn(
                            "Moving without a checkpoint, because it failed: {}, {}",
                            fallBack.failure().getReason(),
                            fallBack.failure().getMessage());
            case Decision.Finish finish -> LOG.info("Ended: {}", finish.phase());
            case Decision.Stay _, Decision.Stall _ -> {}
        }
    }

    private PodMigration write(
            Decision decision,
            Observation seen,
            PodMigration current,
            UnaryOperator<PodMigration> writer) {
        StatusDraft.apply(decision, seen);
        return save(seen, current, writer);
    }

    /** What can still be changed of a migration that has ended changes nothing in its status. */
    private void acknowledge(
            Observation seen, PodMigration current, UnaryOperator<PodMigration> writer) {
        // One that is being deleted has another generation, too, and nobody asks any more.
        if (!current.isMarkedForDeletion()) {
            StatusDraft.acknowledge(seen);
            save(seen, current, writer);
        }
    }

    /** Writes what the draft has, if that is anything new; without a decision, what was noted. */
    private PodMigration save(
            Observation seen, PodMigration current, UnaryOperator<PodMigration> writer) {
        if (Objects.equals(seen.status(), current.getStatus())) {
            return current;
        }
        PodMigration written = writer.apply(seen.migration());
        if (CancelRefusal.told(current).isEmpty()) {
            CancelRefusal.told(written)
                    .ifPresent(refusal -> announcer.refuseCancel(written, refusal));
        }
        return written;
    }

    private Optional<Failure> act(List<Action> actions) {
        for (Action action : actions) {
            try {
                FaultPoints.reach("operator does", action.getClass().getSimpleName());
                executor.execute(action);
                FaultPoints.reach("operator has done", action.getClass().getSimpleName());
            } catch (RefusedException e) {
                return Optional.of(e.failure());
            }
        }
        return Optional.empty();
    }

    /**
     * Where there is no way back, and on the way back itself, what was refused is tried again, at
     * leisure: a person has to change something first.
     */
    private Decision afterRefusal(Failure failure, Observation seen) {
        return seen.phase().isCommitted() || seen.isRollingBack()
                ? new Decision.Stall(List.of(), failure, seen.now().plus(refused))
                : new Decision.GiveUp(failure);
    }

    private static List<Action> actions(Decision decision) {
        return switch (decision) {
            case Decision.Stay stay -> stay.actions();
            case Decision.Stall stall -> stall.actions();
            case Decision.Enter _,
                    Decision.GiveUp _,
                    Decision.GoForward _,
                    Decision.FallBack _,
                    Decision.Finish _ ->
                    List.of();
        };
    }

    private static Optional<Instant> lookAgain(Decision decision) {
        return switch (decision) {
            case Decision.Stay stay -> Optional.of(stay.lookAgain());
            case Decision.Stall stall -> Optional.of(stall.lookAgain());
            case Decision.Enter _,
                    Decision.GiveUp _,
                    Decision.GoForward _,
                    Decision.FallBack _,
                    Decision.Finish _ ->
                    Optional.empty();
        };
    }

    /** Only a stall lasts: it is told once. */
    private static boolean isNews(Decision decision, Optional<Condition> stalled) {
        return !(decision instanceof Decision.Stall stall)
                || stalled.filter(told -> isAbout(told, stall.failure())).isEmpty();
    }

    private static boolean isAbout(Condition told, Failure failure) {
        return Objects.equals(told.getReason(), String.valueOf(failure.getReason()))
                && Objects.equals(told.getMessage(), failure.getMessage());
    }

    private static Optional<Condition> stalled(Observation seen) {
        return seen.status().getConditions().stream()
                .filter(condition -> "Stalled".equals(condition.getType()))
                .findFirst();
    }
}
