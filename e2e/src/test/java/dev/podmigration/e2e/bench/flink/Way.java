package dev.podmigration.e2e.bench.flink;

import dev.podmigration.api.v1alpha1.Strategy;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/** What is done to a TaskManager or its job, in this order: what makes a new one comes last. */
enum Way {
    Checkpoint("Checkpoint", Strategy.Checkpoint),
    /**
     * Flink's own, by its REST API: the least that it takes to stop and start. On the same
     * TaskManager, which is as warm as it was before.
     */
    FlinksOwn("stop-with-savepoint and start, on the same node", null),
    Hybrid("Hybrid", Strategy.Hybrid),
    Savepoint("Savepoint", Strategy.Savepoint),
    Recreate("Recreate", Strategy.Recreate),
    /** The same on the other node, by hand: a TaskManager waits there before the job is stopped. */
    FlinksOwnMove("stop-with-savepoint and start, on the other node", null);

    private final String title;
    private final @Nullable Strategy strategy;

    Way(String title, @Nullable Strategy strategy) {
        this.title = title;
        this.strategy = strategy;
    }

    String title() {
        return title;
    }

    /** Empty: no migration. */
    Optional<Strategy> strategy() {
        return Optional.ofNullable(strategy);
    }
}
