package dev.podmigration.operator.controller;

import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.action.Executor;
import dev.podmigration.operator.action.RefusedException;
import dev.podmigration.operator.event.Announcer;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Deletes migrations that ended some time ago. What a pod still needs of one, such as the
 * reservation of its address, does not go with it: since the commit that belongs to the target pod,
 * and after a roll back there is nothing.
 */
final class Retention {

    private final Optional<Duration> byDefault;
    private final Executor executor;
    private final Announcer announcer;
    private final Duration refused;
    private final Clock clock;

    /**
     * Keeps migrations as long as they say themselves.
     *
     * @param byDefault how long it keeps those that say nothing; empty: for ever
     * @param refused until it tries again what the API server refused
     */
    Retention(
            Optional<Duration> byDefault,
            Executor executor,
            Announcer announcer,
            Duration refused,
            Clock clock) {
        this.byDefault = byDefault;
        this.executor = executor;
        this.announcer = announcer;
        this.refused = refused;
        this.clock = clock;
    }

    /**
     * Deletes a migration that has ended, if it is time.
     *
     * @return when to look again; empty when it is gone, or kept for ever
     */
    Optional<Instant> apply(PodMigration ended) {
        Optional<Instant> end = end(ended, byDefault);
        Instant now = clock.instant();
        if (end.isEmpty() || now.isBefore(end.get())) {
            return end;
        }
        try {
            executor.execute(new Action.Delete(ended));
            return Optional.empty();
        } catch (RefusedException e) {
            announcer.stalled(e.failure(), ended);
            return Optional.of(now.plus(refused));
        }
    }

    /** One that belongs to a group goes with the migration that moved the group. */
    static Optional<Instant> end(PodMigration ended, Optional<Duration> byDefault) {
        if (ended.getSpec().getGroup() != null) {
            return Optional.empty();
        }
        return Optional.ofNullable(ended.getSpec().getTtlSecondsAfterFinished())
                .map(Duration::ofSeconds)
                .or(() -> byDefault)
                .flatMap(
                        time ->
                                Optional.ofNullable(ended.getStatus().getCompletionTime())
                                        .map(Timestamps::parse)
                                        .map(completed -> completed.plus(time)));
    }
}
