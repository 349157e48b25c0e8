package dev.podmigration.e2e.bench.flink;

/**
 * One round of one way.
 *
 * @param gapMillis the longest time in which no count was written to Kafka
 * @param restarts how often the job began again, by Flink's own doing or as a new one
 * @param failedCheckpoints of the job, or of both
 * @param bytes what went from node to node, and into a savepoint
 * @param totalMillis from the wish to its end
 * @param wrongCounts that were not there before
 */
record Measured(
        long gapMillis,
        long restarts,
        long failedCheckpoints,
        long bytes,
        long totalMillis,
        long wrongCounts) {}
