package dev.podmigration.workload.flink.strategy;

import dev.podmigration.workload.flink.rest.JobDetail;
import dev.podmigration.workload.flink.rest.JobId;

import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The jobs that ran before a move, and when each was restarted last: later it is seen whether one
 * more has come.
 *
 * @param restarts by job; empty: never restarted
 */
record JobsBefore(Map<JobId, Optional<Instant>> restarts) {

    static final String KEY = "jobs";

    /** So many fit into one entry of the memory. */
    private static final int MOST = 80;

    JobsBefore {
        restarts = new LinkedHashMap<>(restarts);
    }

    static JobsBefore of(List<JobDetail> jobs) {
        Map<JobId, Optional<Instant>> restarts = new LinkedHashMap<>();
        jobs.stream().limit(MOST).forEach(job -> restarts.put(job.id(), job.lastRestart()));
        return new JobsBefore(restarts);
    }

    static JobsBefore read(Map<String, String> memory) {
        Map<JobId, Optional<Instant>> restarts = new LinkedHashMap<>();
        Arrays.stream(memory.getOrDefault(KEY, "").split(","))
                .filter(word -> !word.isEmpty())
                .map(word -> word.split(":"))
                .forEach(
                        parts ->
                                restarts.put(
                                        new JobId(parts[0]),
                                        parts[1].equals("0")
                                                ? Optional.empty()
                                                : Optional.of(
                                                        Instant.ofEpochMilli(
                                                                Long.parseLong(parts[1])))));
        return new JobsBefore(restarts);
    }

    String write() {
        return restarts.entrySet().stream()
                .map(
                        job ->
                                job.getKey()
                                        + ":"
                                        + job.getValue().map(Instant::toEpochMilli).orElse(0L))
                .collect(Collectors.joining(","));
    }

    List<JobId> ids() {
        return List.copyOf(restarts.keySet());
    }

    boolean wasRestarted(JobDetail now) {
        return !now.lastRestart().equals(restarts.get(now.id()));
    }
}
