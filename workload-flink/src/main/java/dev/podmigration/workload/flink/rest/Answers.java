package dev.podmigration.workload.flink.rest;

import com.fasterxml.jackson.databind.JsonNode;

import dev.podmigration.workload.flink.rest.AsyncOperation.FlinkError;
import dev.podmigration.workload.flink.rest.CheckpointStatistics.Checkpoint;
import dev.podmigration.workload.flink.rest.CheckpointStatistics.Counts;
import dev.podmigration.workload.flink.rest.CheckpointStatistics.Status;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** Flink's answers as data. A field that every version has and that is missing is a failure. */
final class Answers {

    /** Reads one thing out of an answer. */
    @FunctionalInterface
    interface Reader<T> {
        T read(JsonNode node) throws FlinkFailure;
    }

    private static final int SHOWN_LINES = 12;
    private static final Pattern CAUSE =
            Pattern.compile(
                    "^(?:Caused by: |Suppressed: )?([a-zA-Z_$][\\w$]*(?:\\.[\\w$]+)+)(?::|$)");

    private final FlinkHttp http;

    Answers(FlinkHttp http) {
        this.http = http;
    }

    ClusterOverview overview(JsonNode node) throws FlinkFailure {
        return new ClusterOverview(
                (int) number(node, "taskmanagers"),
                (int) number(node, "slots-total"),
                (int) number(node, "slots-available"),
                (int) number(node, "jobs-running"),
                text(node, "flink-version"));
    }

    List<JobSummary> jobs(JsonNode node) throws FlinkFailure {
        return each(
                array(node, "jobs"),
                job -> new JobSummary(jobId(job, "id"), JobState.read(text(job, "status"))));
    }

    JobDetail job(JsonNode node) throws FlinkFailure {
        long restarting = node.path("timestamps").path("RESTARTING").asLong(0);
        return new JobDetail(
                jobId(node, "jid"),
                text(node, "name"),
                JobState.read(text(node, "state")),
                Instant.ofEpochMilli(number(node, "now")),
                Instant.ofEpochMilli(number(node, "start-time")),
                restarting > 0 ? Optional.of(Instant.ofEpochMilli(restarting)) : Optional.empty(),
                each(array(node, "vertices"), this::vertex));
    }

    private JobDetail.Vertex vertex(JsonNode node) throws FlinkFailure {
        return new JobDetail.Vertex(
                checked(text(node, "id"), VertexId::new),
                text(node, "name"),
                text(node, "status"),
                (int) number(node, "parallelism"));
    }

    List<Subtask> subtasks(JsonNode node) throws FlinkFailure {
        return each(
                array(node, "subtasks"),
                subtask ->
                        new Subtask(
                                (int) number(subtask, "subtask"),
                                text(subtask, "status"),
                                (int) number(subtask, "attempt"),
                                subtask.path("taskmanager-id").asText("")));
    }

    CheckpointStatistics checkpoints(JsonNode node) throws FlinkFailure {
        JsonNode counts = node.path("counts");
        JsonNode completed = node.path("latest").path("completed");
        return new CheckpointStatistics(
                new Counts(
                        number(counts, "restored"),
                        number(counts, "total"),
                        (int) number(counts, "in_progress"),
                        number(counts, "completed"),
                        number(counts, "failed")),
                completed.isObject() ? Optional.of(checkpoint(completed)) : Optional.empty(),
                each(array(node, "history"), this::checkpoint));
    }

    private Checkpoint checkpoint(JsonNode node) throws FlinkFailure {
        return new Checkpoint(
                number(node, "id"),
                switch (text(node, "status")) {
                    case "COMPLETED" -> Status.COMPLETED;
                    case "FAILED" -> Status.FAILED;
                    case "IN_PROGRESS" -> Status.IN_PROGRESS;
                    default -> throw http.notUnderstood("a checkpoint has an unknown status");
                },
                node.path("is_savepoint").asBoolean(false),
                Instant.ofEpochMilli(number(node, "trigger_timestamp")),
                Duration.ofMillis(Math.max(0, node.path("end_to_end_duration").asLong(0))),
                StatePath.parse(node.path("external_path").asText("")));
    }

    CheckpointSettings checkpointSettings(JsonNode node) throws FlinkFailure {
        long interval = number(node, "interval");
        // Flink has the largest number for "only when asked for".
        boolean periodic = interval > 0 && interval != Long.MAX_VALUE;
        return new CheckpointSettings(
                periodic ? Optional.of(Duration.ofMillis(interval)) : Optional.empty(),
                Duration.ofMillis(number(node, "timeout")),
                Duration.ofMillis(number(node, "min_pause")),
                (int) number(node, "max_concurrent"),
                (int) number(node, "tolerable_failed_checkpoints"));
    }

    Map<String, String> configuration(JsonNode node) throws FlinkFailure {
        if (!node.isArray()) {
            throw http.notUnderstood("its configuration is no list");
        }
        Map<String, String> configuration = new LinkedHashMap<>();
        for (JsonNode entry : node) {
            configuration.put(text(entry, "key"), entry.path("value").asText(""));
        }
        return configuration;
    }

    List<TaskManagerInfo> taskManagers(JsonNode node) throws FlinkFailure {
        return each(array(node, "taskmanagers"), this::taskManager);
    }

    // The path is pekko.tcp://flink@HOST:PORT/user/rpc/taskmanager_0, or akka://... in one process.
    private TaskManagerInfo taskManager(JsonNode node) throws FlinkFailure {
        URI path = checked(text(node, "path"), URI::create);
        return new TaskManagerInfo(
                text(node, "id"),
                path.getHost() == null ? "" : path.getHost(),
                Math.max(0, path.getPort()),
                node.path("dataPort").asInt(0),
                (int) number(node, "slotsNumber"),
                (int) number(node, "freeSlots"));
    }

    List<JobException> exceptions(JsonNode node) throws FlinkFailure {
        return each(
                array(node.path("exceptionHistory"), "entries"),
                entry ->
                        new JobException(
                                Instant.ofEpochMilli(number(entry, "timestamp")),
                                text(entry, "exceptionName"),
                                Optional.ofNullable(entry.path("taskManagerId").textValue()),
                                FlinkHttp.shortened(
                                        entry.path("stacktrace")
                                                .asText("")
                                                .lines()
                                                .findFirst()
                                                .orElse(""))));
    }

    List<JarId> jars(JsonNode node) {
        return StreamSupport.stream(node.path("files").spliterator(), false)
                .map(file -> file.path("id").asText(""))
                .filter(JarId::matches)
                .map(JarId::new)
                .toList();
    }

    /** Flink says COMPLETED also when it failed; the cause has another name for checkpoints. */
    <T> AsyncOperation<T> operation(JsonNode node, Reader<T> result) throws FlinkFailure {
        String status = text(node.path("status"), "id");
        if (status.equals("IN_PROGRESS")) {
            return new AsyncOperation.InProgress<>();
        }
        if (!status.equals("COMPLETED")) {
            throw http.notUnderstood("an operation has an unknown status");
        }
        JsonNode operation = node.path("operation");
        for (String name : List.of("failure-cause", "failureCause")) {
            if (operation.path(name).isObject()) {
                return new AsyncOperation.Failed<>(error(operation.path(name)));
            }
        }
        return new AsyncOperation.Succeeded<>(result.read(operation));
    }

    StatePath location(JsonNode operation) throws FlinkFailure {
        return checked(text(operation, "location"), StatePath::new);
    }

    Long checkpointId(JsonNode operation) throws FlinkFailure {
        return number(operation, "checkpointId");
    }

    /** The errors of an answer that is not 2xx; each is a stack trace. */
    FlinkError errors(JsonNode node) {
        StringBuilder trace = new StringBuilder();
        node.path("errors").forEach(error -> trace.append(error.asText()).append('\n'));
        return error("", trace.toString());
    }

    private static FlinkError error(JsonNode cause) {
        return error(cause.path("class").asText(""), cause.path("stack-trace").asText(""));
    }

    private static FlinkError error(String outermost, String trace) {
        List<String> classes = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        if (!outermost.isEmpty()) {
            classes.add(FlinkHttp.shortened(outermost));
        }
        trace.lines()
                .map(String::strip)
                .filter(line -> !line.startsWith("at ") && !line.startsWith("..."))
                .forEach(
                        line -> {
                            Matcher matcher = CAUSE.matcher(line);
                            if (matcher.find() && !classes.contains(matcher.group(1))) {
                                classes.add(matcher.group(1));
                            }
                            if (lines.size() < SHOWN_LINES && !line.isEmpty()) {
                                lines.add(FlinkHttp.shortened(line));
                            }
                        });
        return new FlinkError(classes, lines);
    }

    String text(JsonNode node, String field) throws FlinkFailure {
        JsonNode value = node.path(field);
        if (!value.isTextual()) {
            throw http.notUnderstood("an answer has no text " + field);
        }
        return value.textValue();
    }

    private long number(JsonNode node, String field) throws FlinkFailure {
        JsonNode value = node.path(field);
        if (!value.isIntegralNumber()) {
            throw http.notUnderstood("an answer has no number " + field);
        }
        return value.longValue();
    }

    private JsonNode array(JsonNode node, String field) throws FlinkFailure {
        JsonNode value = node.path(field);
        if (!value.isArray()) {
            throw http.notUnderstood("an answer has no list " + field);
        }
        return value;
    }

    private JobId jobId(JsonNode node, String field) throws FlinkFailure {
        return checked(text(node, field), JobId::new);
    }

    private <T> T checked(String value, java.util.function.Function<String, T> make)
            throws FlinkFailure {
        try {
            return make.apply(value);
        } catch (IllegalArgumentException unusable) {
            throw http.notUnderstood("it says '" + FlinkHttp.shortened(value) + "'");
        }
    }

    private static <T> List<T> each(JsonNode array, Reader<T> reader) throws FlinkFailure {
        List<T> all = new ArrayList<>();
        for (JsonNode node : array) {
            all.add(reader.read(node));
        }
        return all;
    }
}
