package dev.podmigration.workload;

import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyStage;

import java.time.Duration;

/**
 * One way to move one kind of program: one rung of the ladder.
 *
 * <p>One object serves all migrations and is called by several threads, but never by two for the
 * same migration. It keeps nothing itself: everything about a migration is in the {@link Step}.
 * {@link #appliesTo} waits for nothing; all other calls may do network I/O. Each must return within
 * 30 seconds, and should return sooner and say {@link Progress.Waiting} instead of waiting itself:
 * at the limit, and when the migration is cancelled, its thread is interrupted. Before the commit
 * all stages together have {@code limits.totalSeconds}.
 */
public interface MigrationStrategy {

    /**
     * Unique name, for people and for the status: a letter, then letters, digits and hyphens, 63 at
     * most. Two of one name are not loaded.
     */
    String name();

    /** Checkpoint, Hybrid, Savepoint or Recreate. */
    Strategy rung();

    /** Of several that apply on one rung the highest is asked first, then by name. */
    default int priority() {
        return 0;
    }

    /**
     * It knows this program: worth assessing. Looks only at what it is given. On each rung only one
     * strategy is asked further; if that refuses, the rung is refused, and not tried by one that
     * knows less.
     */
    boolean appliesTo(Move move);

    /**
     * Rungs that freeze: whether it can move several pods as one. Each pod is assessed by itself;
     * then all of them together, as {@link Move#pods}, and every stage is done once for all of
     * them. A group with a pod of a strategy that cannot do that is refused.
     */
    default boolean movesGroups() {
        return false;
    }

    /**
     * Whether it can be done now. Touches nothing, and may be called any number of times, also for
     * a dry run, and for migrations that another strategy does in the end.
     */
    default Assessment assess(Move move, Namespace namespace) {
        return Assessment.possible();
    }

    /** How long a stage may take in all. */
    default Duration limit(StrategyStage stage) {
        return Duration.ofMinutes(2);
    }

    /**
     * Work while the source runs, before anything else is touched: drain, take a savepoint. If it
     * stops the program, {@link #undo} starts it again.
     */
    default Progress prepare(Step step) {
        return Progress.done(step.memory());
    }

    /**
     * Rungs that freeze: everything is ready on both nodes. The freeze begins as soon as this is
     * done, within about a tenth of a second.
     */
    default Progress awaitFreeze(Step step) {
        return Progress.done(step.memory());
    }

    /**
     * Rungs that do not freeze: whether {@link #move} ends with {@link Progress.ReplacePod}. If
     * not, the owner of the pod moves it: it may be an owner that the operator does not know, and
     * that the source goes is no obstacle.
     */
    default boolean replacesPod() {
        return true;
    }

    /**
     * Of those that replace the pod: whether the new one may run beside the source. Then it is made
     * first, and {@link #move} and {@link #fallback} are called when it is Ready, so that what they
     * stop does not stand still while it starts. Looks only at what it is given, and says the same
     * for the whole migration.
     */
    default boolean runsBesideSource(Move move) {
        return false;
    }

    /** Rungs that do not freeze: moves the pod. Unless it says otherwise it is replaced. */
    default Progress move(Step step) {
        return new Progress.ReplacePod(step.memory());
    }

    /**
     * The pod runs on the target and the source is gone. Finishes the work, and has the last word
     * on whether the program is well: a refusal is the verdict that it is not.
     */
    default Progress afterMove(Step step) {
        return Progress.done(step.memory());
    }

    /**
     * The migration was undone before the commit, and the source runs as before: take back what
     * {@link #prepare}, {@link #awaitFreeze} and {@link #move} have done. Called if one of them was
     * called, even if its outcome is not known. If it refuses, that is reported beside the failure
     * that was there first.
     */
    default Progress undo(Step step) {
        return Progress.done(step.memory());
    }

    /**
     * Hybrid only: the checkpoint or its restore failed, that was undone, and nobody wished to
     * cancel. Moves the pod as {@link #move} does, from what {@link #prepare} had saved. If it
     * refuses, {@link #undo} follows.
     */
    default Progress fallback(Step step) {
        return new Progress.ReplacePod(step.memory());
    }
}
