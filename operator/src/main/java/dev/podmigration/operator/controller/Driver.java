package dev.podmigration.operator.controller;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.action.Executor;
import dev.podmigration.operator.action.RefusedException;
import dev.podmigration.operator.event.Announcer;
import dev.podmigration.operator.forecast.FreezeHistory;
import dev.podmigration.operator.metrics.MigrationMetrics;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.phase.Decision;
import dev.podmigration.operator.phase.PhaseTable;
import dev.podmigration.operator.status.Facts;
import dev.podmigration.operator.status.StatusDraft;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    private final Executor executor;
    private final Announcer announcer;
    private final MigrationMetrics metrics;
    private final FreezeHistory history;

    Driver(
            Observer observer,
            PhaseTable phases,
            Executor executor,
            Announcer announcer,
            MigrationMetrics metrics,
            FreezeHistory history) {
        this.observer = observer;
        this.phases = phases;
        this.executor = executor;
        this.announcer = announcer;
        this.metrics = metrics;
        this.history = history;
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
                return Optional.empty();
            }
            Facts.note(seen);
            Decision decision = phases.next(seen);
            boolean cancelRefused = isCancelRefused(seen);
            boolean newlyStalled = isNewlyStalled(decision, seen);
            current = write(decision, seen, current, writer);
            if (cancelRefused) {
                announcer.refuseCancel(current);
            }
            if (!(decision instanceof Decision.Stall) || newlyStalled) {
                announcer.announce(decision, seen, before, current);
            }
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
                case Decision.Finish finish -> {
                    LOG.info("Ended: {}", finish.phase());
                    metrics.ended(current);
                    history.learn(current);
                    return Optional.empty();
                }
                case Decision.Stay stay -> {
                    Optional<Failure> refused = act(stay.actions());
                    if (refused.isEmpty()) {
                        return Optional.of(stay.lookAgain());
                    }
                    Observation again = observer.observe(current);
                    Decision decided = afterRefusal(refused.get(), again, stay.lookAgain());
                    current = write(decided, again, current, writer);
                    announcer.announce(decided, again, before, current);
                    if (decided instanceof Decision.Stall stall) {
                        return Optional.of(stall.lookAgain());
                    }
                }
                case Decision.Stall stall -> {
                    Optional<Failure> refused = act(stall.actions());
                    refused.ifPresent(
                            failure -> LOG.error("Cannot go on: {}", failure.getMessage()));
                    return Optional.of(stall.lookAgain());
                }
            }
        }
        throw new IllegalStateException(
                "No rest after "
                        + MOST_STEPS
                        + " steps in phase "
                        + current.getStatus().getPhase());
    }

    private static PodMigration write(
            Decision decision,
            Observation seen,
            PodMigration current,
            UnaryOperator<PodMigration> writer) {
        PodMigration draft = seen.migration();
        StatusDraft.apply(decision, draft, seen.now());
        return Objects.equals(draft.getStatus(), current.getStatus())
                ? current
                : writer.apply(draft);
    }

    private Optional<Failure> act(List<Action> actions) {
        for (Action action : actions) {
            try {
                executor.execute(action);
            } catch (RefusedException e) {
                return Optional.of(e.failure());
            }
        }
        return Optional.empty();
    }

    /** After the commit there is no way back: what was refused is tried again. */
    private static Decision afterRefusal(Failure failure, Observation seen, Instant lookAgain) {
        return seen.phase().isCommitted()
                ? new Decision.Stall(List.of(), failure, lookAgain)
                : new Decision.GiveUp(failure);
    }

    private static boolean isCancelRefused(Observation seen) {
        return seen.spec().isCancelled()
                && seen.phase().isCommitted()
                && !Objects.equals(
                        seen.status().getObservedGeneration(),
                        seen.migration().getMetadata().getGeneration());
    }

    private static boolean isNewlyStalled(Decision decision, Observation seen) {
        return decision instanceof Decision.Stall
                && seen.status().getConditions().stream()
                        .noneMatch(condition -> "Stalled".equals(condition.getType()));
    }
}
