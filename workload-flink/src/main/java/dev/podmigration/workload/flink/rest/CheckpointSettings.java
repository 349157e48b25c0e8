package dev.podmigration.workload.flink.rest;

import java.time.Duration;
import java.util.Optional;

/**
 * How a job takes its checkpoints.
 *
 * @param interval between two triggers; empty if there are none by themselves
 * @param timeout after which one that has not ended is given up
 */
public record CheckpointSettings(
        Optional<Duration> interval,
        Duration timeout,
        Duration minPause,
        int maxConcurrent,
        int tolerableFailures) {}
