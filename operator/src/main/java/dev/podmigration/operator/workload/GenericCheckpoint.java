package dev.podmigration.operator.workload;

import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.Move;

/** Moves any pod that CRIU can save; has no work of its own. */
final class GenericCheckpoint implements MigrationStrategy {

    static final String NAME = "generic";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Strategy rung() {
        return Strategy.Checkpoint;
    }

    @Override
    public int priority() {
        return Integer.MIN_VALUE;
    }

    @Override
    public boolean appliesTo(Move move) {
        return true;
    }
}
