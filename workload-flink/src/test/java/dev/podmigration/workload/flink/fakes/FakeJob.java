package dev.podmigration.workload.flink.fakes;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.podmigration.workload.flink.rest.JobId;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/** A job of {@link FakeFlink}. Fields are set by tests, and by what the server is asked to do. */
public final class FakeJob {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Something that was asked for. */
    private static final class Operation {
        final boolean stops;
        int pollsLeft;

        Operation(boolean stops, int pollsLeft) {
            this.stops = stops;
            this.pollsLeft = pollsLeft;
        }
    }

    public final JobId id;
    public volatile String state = "RUNNING";
    public volatile String taskStatus = "RUNNING";
    public volatile String taskManager = "tm-1";
    public volatile long restartedMillis;

    /** Zero: none by themselves. Negative: the job takes no checkpoints at all. */
    public volatile long intervalMillis = 1000;

    public volatile long checkpointTimeoutMillis = 600_000;
    public volatile long checkpointMillis = 30;

    /** When the checkpoint in progress was triggered. */
    public volatile @Nullable Long inProgressSince;

    public volatile int completed = 3;
    public volatile int failed;
    public volatile int restored;

    /** How often an operation is in progress before it ends; large: never. */
    public volatile int polls = 1;

    /** Stack trace with which operations fail. */
    public volatile @Nullable String failure;

    /** The savepoint that the job was started from. */
    public volatile @Nullable String startedFrom;

    /** What the state becomes after so many looks at it. */
    public volatile @Nullable String nextState;

    private final long firstTriggerMillis = System.currentTimeMillis() - 10_000;
    private final Map<String, Operation> operations = new LinkedHashMap<>();

    public FakeJob(JobId id) {
        this.id = id;
    }

    synchronized int operations() {
        return operations.size();
    }

    String look() {
        String now = state;
        String next = nextState;
        if (next != null) {
            state = next;
            nextState = null;
        }
        return now;
    }

    synchronized void ask(String trigger, boolean stops) {
        operations.computeIfAbsent(trigger, _ -> new Operation(stops, polls));
    }

    /** Null: never asked for. */
    synchronized @Nullable ObjectNode outcome(String trigger, boolean checkpoint) {
        Operation operation = operations.get(trigger);
        if (operation == null) {
            return null;
        }
        ObjectNode body = MAPPER.createObjectNode();
        if (operation.pollsLeft > 0) {
            operation.pollsLeft--;
            body.putObject("status").put("id", "IN_PROGRESS");
            body.putNull("operation");
            return body;
        }
        body.putObject("status").put("id", "COMPLETED");
        ObjectNode result = body.putObject("operation");
        String error = failure;
        if (error != null) {
            result.putObject(checkpoint ? "failureCause" : "failure-cause")
                    .put("class", "java.util.concurrent.CompletionException")
                    .put("stack-trace", error);
        } else if (checkpoint) {
            completed++;
            result.put("checkpointId", completed);
        } else {
            result.put("location", "file:/shared/savepoint-" + trigger.substring(0, 6));
            if (operation.stops) {
                state = "FINISHED";
            }
        }
        return body;
    }

    ObjectNode detail() {
        ObjectNode body = MAPPER.createObjectNode();
        body.put("jid", id.value()).put("name", "counter").put("state", state);
        body.put("now", System.currentTimeMillis()).put("start-time", firstTriggerMillis);
        body.putObject("timestamps").put("RESTARTING", restartedMillis);
        ObjectNode vertex = body.putArray("vertices").addObject();
        vertex.put("id", "cbc357ccb763df2852fee8c4fc7d55f2").put("name", "source");
        vertex.put("status", taskStatus).put("parallelism", 1);
        return body;
    }

    ObjectNode vertex() {
        ObjectNode body = MAPPER.createObjectNode();
        body.putArray("subtasks")
                .addObject()
                .put("subtask", 0)
                .put("status", taskStatus)
                .put("attempt", 0)
                .put("taskmanager-id", taskManager);
        return body;
    }

    ObjectNode settings() {
        ObjectNode body = MAPPER.createObjectNode();
        body.put("interval", intervalMillis == 0 ? Long.MAX_VALUE : intervalMillis);
        body.put("timeout", checkpointTimeoutMillis).put("min_pause", 0);
        body.put("max_concurrent", 1).put("tolerable_failed_checkpoints", 0);
        return body;
    }

    ObjectNode statistics() {
        ObjectNode body = MAPPER.createObjectNode();
        Long since = inProgressSince;
        body.putObject("counts")
                .put("restored", restored)
                .put("total", completed + failed)
                .put("in_progress", since == null ? 0 : 1)
                .put("completed", completed)
                .put("failed", failed);
        ArrayNode history = body.putArray("history");
        if (since != null) {
            checkpoint(history.addObject(), completed + 1, "IN_PROGRESS", since, -1);
        }
        long every = Math.max(1, intervalMillis);
        long passed = (System.currentTimeMillis() - firstTriggerMillis) / every;
        if (intervalMillis > 0 && completed > 0) {
            long latest = firstTriggerMillis + passed * every;
            checkpoint(history.addObject(), completed, "COMPLETED", latest, checkpointMillis);
            checkpoint(
                    body.putObject("latest").putObject("completed"),
                    completed,
                    "COMPLETED",
                    latest,
                    checkpointMillis);
        } else {
            body.putObject("latest").putNull("completed");
        }
        return body;
    }

    private static void checkpoint(
            ObjectNode body, int number, String status, long triggered, long took) {
        body.put("id", number).put("status", status).put("is_savepoint", false);
        body.put("trigger_timestamp", triggered).put("end_to_end_duration", took);
        body.put("external_path", "file:/shared/chk-" + number);
    }
}
