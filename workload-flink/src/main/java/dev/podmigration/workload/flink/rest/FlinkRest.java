package dev.podmigration.workload.flink.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.workload.flink.rest.AsyncOperation.FlinkError;
import dev.podmigration.workload.flink.rest.FlinkHttp.Answer;

import java.net.http.HttpClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The REST API of one JobManager, Flink 1.20 to 2.3. Every call blocks, within the limits; all of
 * them can be used by several threads. What is asked for carries an identifier of the caller, so
 * that asking twice does it once.
 *
 * <p>Shapes of answers were taken from running clusters of 1.20.5 and 2.3.0; {@code RealFlinkIT}
 * asks both again.
 */
public final class FlinkRest {

    private static final int NOT_FOUND = 404;

    /** What 1.20.5 and 2.3.0 answer 500 with when they are asked for the status of no job. */
    private static final String NO_SUCH_JOB =
            "org.apache.flink.runtime.messages.FlinkJobNotFoundException";

    private final FlinkHttp http;
    private final Answers answers;

    /**
     * Connects with the first call.
     *
     * @param client from {@link #newClient}; one for all addresses
     */
    public FlinkRest(HttpClient client, RestAddress address, RestLimits limits) {
        http = new FlinkHttp(client, address, limits);
        answers = new Answers(http);
    }

    /**
     * A client that goes nowhere but where it is sent: no redirects, no proxies, no credentials.
     */
    public static HttpClient newClient(RestLimits limits) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(limits.connect())
                .build();
    }

    public ClusterOverview overview() throws FlinkFailure, InterruptedException {
        return answers.overview(required("/overview"));
    }

    /** All jobs that the JobManager remembers, ended ones too. */
    public List<JobSummary> jobs() throws FlinkFailure, InterruptedException {
        return answers.jobs(required("/jobs"));
    }

    /** Never from a cache. Empty if Flink does not know the job. */
    public Optional<JobState> status(JobId job) throws FlinkFailure, InterruptedException {
        Optional<JsonNode> answer = found("/jobs/" + job + "/status");
        return answer.isPresent()
                ? Optional.of(JobState.read(answers.text(answer.get(), "status")))
                : Optional.empty();
    }

    /** Empty if Flink does not know the job. */
    public Optional<JobDetail> job(JobId job) throws FlinkFailure, InterruptedException {
        Optional<JsonNode> answer = found("/jobs/" + job);
        return answer.isPresent() ? Optional.of(answers.job(answer.get())) : Optional.empty();
    }

    /** Where the tasks of a vertex run. */
    public List<Subtask> subtasks(JobId job, VertexId vertex)
            throws FlinkFailure, InterruptedException {
        return answers.subtasks(required("/jobs/" + job + "/vertices/" + vertex));
    }

    /** Empty if the job takes no checkpoints, or is not known. */
    public Optional<CheckpointStatistics> checkpoints(JobId job)
            throws FlinkFailure, InterruptedException {
        Optional<JsonNode> answer = found("/jobs/" + job + "/checkpoints");
        return answer.isPresent()
                ? Optional.of(answers.checkpoints(answer.get()))
                : Optional.empty();
    }

    /** Empty if the job takes no checkpoints, or is not known. */
    public Optional<CheckpointSettings> checkpointSettings(JobId job)
            throws FlinkFailure, InterruptedException {
        Optional<JsonNode> answer = found("/jobs/" + job + "/checkpoints/config");
        return answer.isPresent()
                ? Optional.of(answers.checkpointSettings(answer.get()))
                : Optional.empty();
    }

    /** What the JobManager was configured with; keys that were left out have their defaults. */
    public Map<String, String> configuration() throws FlinkFailure, InterruptedException {
        return answers.configuration(required("/jobmanager/config"));
    }

    public List<TaskManagerInfo> taskManagers() throws FlinkFailure, InterruptedException {
        return answers.taskManagers(required("/taskmanagers"));
    }

    /** The latest 20, the latest first. */
    public List<JobException> exceptions(JobId job) throws FlinkFailure, InterruptedException {
        return answers.exceptions(required("/jobs/" + job + "/exceptions?maxExceptions=20"));
    }

    /** The parallelism that the job was started with; 0 if it cannot be seen. */
    public int parallelism(JobId job) throws FlinkFailure, InterruptedException {
        return required("/jobs/" + job + "/config")
                .path("execution-config")
                .path("job-parallelism")
                .asInt(0);
    }

    /** Jars that were uploaded, or are in the JobManager's upload directory. */
    public List<JarId> jars() throws FlinkFailure, InterruptedException {
        return found("/jars").map(answers::jars).orElse(List.of());
    }

    /** Asks for a savepoint; the job runs on. */
    public void triggerSavepoint(JobId job, StatePath directory, TriggerId trigger)
            throws FlinkFailure, InterruptedException {
        ObjectNode body = FlinkHttp.object();
        body.put("target-directory", directory.value());
        body.put("cancel-job", false);
        body.put("formatType", "CANONICAL");
        body.put("triggerId", trigger.value());
        ask(job, "savepoints", "a savepoint", body);
    }

    /** Asks for a savepoint after which the job ends. If there is no savepoint the job runs on. */
    public void triggerStop(JobId job, StatePath directory, TriggerId trigger)
            throws FlinkFailure, InterruptedException {
        // Unlike the call above this one has its names in camel case.
        ObjectNode body = FlinkHttp.object();
        body.put("targetDirectory", directory.value());
        body.put("drain", false);
        body.put("formatType", "CANONICAL");
        body.put("triggerId", trigger.value());
        ask(job, "stop", "a savepoint to stop with", body);
    }

    /** Asks for a checkpoint beside the periodic ones. */
    public void triggerCheckpoint(JobId job, TriggerId trigger)
            throws FlinkFailure, InterruptedException {
        ObjectNode body = FlinkHttp.object();
        body.put("checkpointType", "CONFIGURED");
        body.put("triggerId", trigger.value());
        ask(job, "checkpoints", "a checkpoint", body);
    }

    /** What has become of {@link #triggerSavepoint} or {@link #triggerStop}. */
    public AsyncOperation<StatePath> savepoint(JobId job, TriggerId trigger)
            throws FlinkFailure, InterruptedException {
        Optional<JsonNode> answer = found("/jobs/" + job + "/savepoints/" + trigger);
        return answer.isPresent()
                ? answers.operation(answer.get(), answers::location)
                : new AsyncOperation.Unknown<>();
    }

    /** What has become of {@link #triggerCheckpoint}: the number of the checkpoint. */
    public AsyncOperation<Long> checkpoint(JobId job, TriggerId trigger)
            throws FlinkFailure, InterruptedException {
        Optional<JsonNode> answer = found("/jobs/" + job + "/checkpoints/" + trigger);
        return answer.isPresent()
                ? answers.operation(answer.get(), answers::checkpointId)
                : new AsyncOperation.Unknown<>();
    }

    /**
     * Starts a job. One with this identifier that runs already is the one that was asked for.
     *
     * @return what Flink said no with; empty if the job was started
     */
    public Optional<FlinkError> run(RunJar wanted) throws FlinkFailure, InterruptedException {
        ObjectNode body = FlinkHttp.object();
        body.put("jobId", wanted.jobId().value());
        wanted.entryClass().ifPresent(name -> body.put("entryClass", name));
        ArrayNode arguments = body.putArray("programArgsList");
        wanted.arguments().forEach(arguments::add);
        wanted.parallelism().ifPresent(number -> body.put("parallelism", number));
        wanted.resumeFrom()
                .ifPresent(
                        path -> {
                            body.put("savepointPath", path.value());
                            body.put("allowNonRestoredState", false);
                            body.put("claimMode", "NO_CLAIM");
                        });
        Answer answer = http.post("/jars/" + wanted.jar() + "/run", body);
        if (answer.successful() || status(wanted.jobId()).isPresent()) {
            return Optional.empty();
        }
        return Optional.of(answers.errors(answer.body()));
    }

    private void ask(JobId job, String what, String words, ObjectNode body)
            throws FlinkFailure, InterruptedException {
        Answer answer = http.post("/jobs/" + job + "/" + what, body);
        if (isUnknown(answer)) {
            throw http.refused(FailureReason.FlinkJobNotRunning, "Flink has no job " + job, answer);
        }
        if (!answer.successful()) {
            throw http.refused(
                    what.equals("checkpoints")
                            ? FailureReason.FlinkCheckpointFailed
                            : FailureReason.SavepointFailed,
                    "Job " + job + " was asked for " + words,
                    answer);
        }
    }

    private JsonNode required(String path) throws FlinkFailure, InterruptedException {
        Answer answer = http.get(path);
        if (!answer.successful()) {
            throw answer.status() == NOT_FOUND
                    ? http.notUnderstood("it has no " + path)
                    : http.refused(FailureReason.FlinkRestUnreachable, "Asked for " + path, answer);
        }
        return answer.body();
    }

    private Optional<JsonNode> found(String path) throws FlinkFailure, InterruptedException {
        Answer answer = http.get(path);
        if (isUnknown(answer)) {
            return Optional.empty();
        }
        if (!answer.successful()) {
            throw http.refused(FailureReason.FlinkRestUnreachable, "Asked for " + path, answer);
        }
        return Optional.of(answer.body());
    }

    private boolean isUnknown(Answer answer) {
        return answer.status() == NOT_FOUND
                || (!answer.successful() && answers.errors(answer.body()).has(NO_SUCH_JOB));
    }
}
