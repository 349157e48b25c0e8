package dev.podmigration.e2e.fault;

import dev.podmigration.api.v1alpha1.PodMigrationStatus;

import java.util.List;

/**
 * What became of one migration.
 *
 * @param reached whether the fault happened at all
 * @param gapMillis the longest time for which the client got no answer; negative if its connection
 *     was lost with a node
 * @param wrong what must not be; empty if all is well
 */
record FaultResult(
        Fault fault, boolean reached, String outcome, long gapMillis, List<String> wrong) {

    private static final String BROKEN_OFF = "unknown";

    static String outcome(PodMigrationStatus status) {
        return status.getPhase()
                + (status.getFailure() == null ? "" : " " + status.getFailure().getReason());
    }

    /** The run itself could not be carried through. */
    static FaultResult brokenOff(Fault fault, String why) {
        return new FaultResult(
                fault, true, BROKEN_OFF, -1, List.of("broken off: " + why.replaceAll("\\s+", " ")));
    }

    boolean isBrokenOff() {
        return outcome.equals(BROKEN_OFF);
    }
}
