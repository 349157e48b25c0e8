package dev.podmigration.e2e.bench;

import java.util.List;

/**
 * One measured move. All times in milliseconds.
 *
 * @param gap the longest time between two answers at the client
 * @param freeze what the status of the PodMigration says
 * @param retransmissions segments that the client's kernel sent again
 * @param gaps all gaps that stood out, oldest first
 * @param steps name=milliseconds, as in the status
 */
record Round(
        String pod,
        String node,
        long gap,
        long freeze,
        long retransmissions,
        List<Long> gaps,
        List<String> steps) {
    @Override
    public String toString() {
        return "to %s: gap %d ms, freeze %d ms, %d retransmissions, gaps %s, steps %s"
                .formatted(node, gap, freeze, retransmissions, gaps, steps);
    }
}
