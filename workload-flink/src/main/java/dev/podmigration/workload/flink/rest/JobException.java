package dev.podmigration.workload.flink.rest;

import java.time.Instant;
import java.util.Optional;

/** An exception that made a job, or a part of it, start again. */
public record JobException(
        Instant time, String name, Optional<String> taskManagerId, String firstLine) {}
