package dev.podmigration.e2e.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.podmigration.e2e.lab.Playground;

import io.fabric8.kubernetes.api.model.Pod;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the JobManager of a cluster says and does over its REST API, at the address of its pod. */
public final class JobManager {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    /** So short that waiting adds nothing to what is measured. */
    private static final Duration POLL = Duration.ofMillis(20);

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Playground playground;
    private final HttpClient http = HttpClient.newHttpClient();

    JobManager(Playground playground) {
        this.playground = playground;
    }

    /** The jobs in a state. */
    public List<String> jobs(String state) {
        List<String> found = new ArrayList<>();
        for (JsonNode job : get("/jobs").path("jobs")) {
            if (job.path("status").asText().equals(state)) {
                found.add(job.path("id").asText());
            }
        }
        return found;
    }

    public String runningJob() {
        List<String> running = jobs("RUNNING");
        assertThat(running).hasSize(1);
        return running.getFirst();
    }

    /** One of the numbers that the job publishes itself; 0 before the first time. */
    long accumulator(String name) {
        for (JsonNode accumulator :
                get("/jobs/" + runningJob() + "/accumulators").path("user-task-accumulators")) {
            if (accumulator.path("name").asText().equals(name)) {
                return accumulator.path("value").asLong();
            }
        }
        return 0;
    }

    /**
     * How many checkpoints there are of one kind.
     *
     * @param count completed, failed, in_progress or restored
     */
    public long checkpoints(String job, String count) {
        return get("/jobs/" + job + "/checkpoints").path("counts").path(count).asLong();
    }

    /**
     * Those of the job's last ten checkpoints that had been triggered and were not complete at a
     * time.
     */
    List<Long> checkpointsUnderWay(String job, Instant time) {
        List<Long> found = new ArrayList<>();
        JsonNode history = get("/jobs/" + job + "/checkpoints").path("history");
        assertThat(history.size()).isPositive();
        for (JsonNode checkpoint : history) {
            long triggered = checkpoint.path("trigger_timestamp").asLong();
            long completed =
                    checkpoint.path("status").asText().equals("COMPLETED")
                            ? checkpoint.path("latest_ack_timestamp").asLong()
                            : Long.MAX_VALUE;
            if (triggered <= time.toEpochMilli() && time.toEpochMilli() < completed) {
                found.add(checkpoint.path("id").asLong());
            }
        }
        return found;
    }

    /** Bytes of the last savepoint. */
    public long savepointBytes(String job) {
        return get("/jobs/" + job + "/checkpoints")
                .path("latest")
                .path("savepoint")
                .path("state_size")
                .asLong();
    }

    /** Where the last savepoint is; empty if there is none. */
    public String savepointPath(String job) {
        return get("/jobs/" + job + "/checkpoints")
                .path("latest")
                .path("savepoint")
                .path("external_path")
                .asText();
    }

    /** How often Flink has restarted a job since it was started. */
    public long restarts(String job) {
        // The first question makes the JobManager collect its metrics.
        return await("the metric numRestarts")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(500))
                .until(
                        () ->
                                Optional.ofNullable(
                                                get("/jobs/" + job + "/metrics?get=numRestarts")
                                                        .path(0)
                                                        .get("value"))
                                        .map(JsonNode::asLong),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** Stops a job with a savepoint in the configured directory, and says where that is. */
    public String stopWithSavepoint(String job) {
        String trigger =
                post("/jobs/" + job + "/stop", Map.of("drain", false)).path("request-id").asText();
        JsonNode operation =
                await("the savepoint")
                        .atMost(LIMIT)
                        .pollInterval(POLL)
                        .until(
                                () -> get("/jobs/" + job + "/savepoints/" + trigger),
                                answer ->
                                        answer.path("status")
                                                .path("id")
                                                .asText()
                                                .equals("COMPLETED"))
                        .path("operation");
        // Also of one that has failed it says COMPLETED.
        assertThat(operation.has("failure-cause")).as("%s", operation).isFalse();
        return operation.path("location").asText();
    }

    /** Starts a job and waits until all of its tasks run. */
    public String run(String jar, String entryClass, String savepoint) {
        String job =
                post(
                                "/jars/" + jar + "/run",
                                Map.of("entryClass", entryClass, "savepointPath", savepoint))
                        .path("jobid")
                        .asText();
        await("the tasks of " + job).atMost(LIMIT).pollInterval(POLL).until(() -> allTasksRun(job));
        return job;
    }

    // Other answers about a job are some seconds old.
    private boolean allTasksRun(String job) {
        for (JsonNode found : get("/jobs/overview").path("jobs")) {
            JsonNode tasks = found.path("tasks");
            if (found.path("jid").asText().equals(job)) {
                return tasks.path("total").asInt() > 0
                        && tasks.path("running").asInt() == tasks.path("total").asInt();
            }
        }
        return false;
    }

    public void awaitTaskManagers(int count) {
        await(count + " TaskManagers")
                .atMost(LIMIT)
                .pollInterval(POLL)
                .until(() -> get("/taskmanagers").path("taskmanagers").size() == count);
    }

    /** Waits until a checkpoint is complete that began after this call. */
    public void awaitCheckpoint() {
        long now = System.currentTimeMillis();
        await("a checkpoint")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .until(
                        () ->
                                get("/jobs/" + runningJob() + "/checkpoints")
                                                .at("/latest/completed/trigger_timestamp")
                                                .asLong()
                                        > now);
    }

    private JsonNode get(String path) {
        return answer(HttpRequest.newBuilder(uri(path)).build());
    }

    private JsonNode post(String path, Map<String, Object> body) {
        try {
            return answer(
                    HttpRequest.newBuilder(uri(path))
                            .header("Content-Type", "application/json")
                            .POST(
                                    HttpRequest.BodyPublishers.ofByteArray(
                                            MAPPER.writeValueAsBytes(body)))
                            .build());
        } catch (IOException noJson) {
            throw new UncheckedIOException(noJson);
        }
    }

    private JsonNode answer(HttpRequest request) {
        try {
            var answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() >= 300) {
                throw new IOException(request + ": " + answer.statusCode() + " " + answer.body());
            }
            return MAPPER.readTree(answer.body());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private URI uri(String path) {
        Pod pod = playground.component("jobmanager");
        return URI.create("http://" + pod.getStatus().getPodIP() + ":8081" + path);
    }
}
