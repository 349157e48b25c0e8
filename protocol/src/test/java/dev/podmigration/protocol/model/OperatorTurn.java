package dev.podmigration.protocol.model;

import dev.podmigration.api.v1alpha1.PodMigrationPhase;

/** What the operator has written into the status, and what it does then. */
record OperatorTurn(
        PodMigrationPhase phase,
        boolean undoing,
        boolean wasCommitted,
        boolean targetPlanned,
        boolean targetSeen,
        int deeds) {

    boolean changes(World world) {
        return phase != world.phase
                || undoing != world.undoing
                || wasCommitted != world.wasCommitted
                || targetPlanned != world.targetPlanned
                || targetSeen != world.targetSeen;
    }

    void record(World world) {
        world.phase = phase;
        world.undoing = undoing;
        world.wasCommitted = wasCommitted;
        world.targetPlanned = targetPlanned;
        world.targetSeen = targetSeen;
    }
}
