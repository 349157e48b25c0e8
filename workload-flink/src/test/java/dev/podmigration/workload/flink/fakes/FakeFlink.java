package dev.podmigration.workload.flink.fakes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import dev.podmigration.workload.flink.rest.FlinkRest;
import dev.podmigration.workload.flink.rest.JobId;
import dev.podmigration.workload.flink.rest.RestAddress;
import dev.podmigration.workload.flink.rest.RestLimits;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A JobManager's REST endpoint that can be told to fail as a real one will not. The shapes of its
 * answers are those of 1.20.5, which {@code RealFlinkIT} holds the client to.
 */
public final class FakeFlink implements AutoCloseable {

    /** What is answered instead of what would be right. */
    public interface Fault {
        /** True: answered. */
        boolean answer(HttpExchange exchange) throws IOException, InterruptedException;
    }

    public static final RestLimits LIMITS =
            new RestLimits(Duration.ofSeconds(1), Duration.ofSeconds(2), 100_000);

    private static final ObjectMapper MAPPER = new ObjectMapper();

    public final Map<String, String> configuration = new ConcurrentHashMap<>();
    public final Map<String, FakeJob> jobs = new ConcurrentHashMap<>();
    public final Map<String, String> taskManagers = new ConcurrentHashMap<>();
    public final List<String> jars = new CopyOnWriteArrayList<>();

    /** Method and path of each request that was answered. */
    public final List<String> requests = new CopyOnWriteArrayList<>();

    public volatile String version = "1.20.5";

    /** A job that is started goes to this state. */
    public volatile String startedState = "RUNNING";

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private final HttpClient client = FlinkRest.newClient(LIMITS);
    private volatile @Nullable Fault fault;

    public FakeFlink() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        taskManagers.put("tm-1", "10.1.0.7");
    }

    public RestAddress address() {
        return new RestAddress("127.0.0.1", server.getAddress().getPort());
    }

    public FlinkRest rest() {
        return new FlinkRest(client, address(), LIMITS);
    }

    public FakeJob addJob(String name) {
        FakeJob job = new FakeJob(JobId.of(name));
        jobs.put(job.id.value(), job);
        return job;
    }

    public void failWith(@Nullable Fault next) {
        fault = next;
    }

    /** Every call is answered with this status and body. */
    public void answerAll(int status, String body) {
        failWith(
                exchange -> {
                    send(exchange, status, body);
                    return true;
                });
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body = exchange.getRequestBody().readAllBytes();
            Fault now = fault;
            if (now != null && now.answer(exchange)) {
                return;
            }
            requests.add(exchange.getRequestMethod() + " " + path);
            JsonNode found =
                    exchange.getRequestMethod().equals("POST")
                            ? post(path.substring(1).split("/"), MAPPER.readTree(body))
                            : get(path.substring(1).split("/"));
            if (found == null) {
                send(exchange, 404, "{\"errors\":[\"Not found.\"]}");
            } else {
                send(
                        exchange,
                        exchange.getRequestMethod().equals("POST") ? 202 : 200,
                        found.toString());
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable JsonNode get(String[] path) {
        return switch (path[0]) {
            case "overview" -> overview();
            case "taskmanagers" -> taskManagers();
            case "jars" -> jars();
            case "jobmanager" -> configuration();
            case "jobs" -> path.length == 1 ? jobs() : job(path);
            default -> null;
        };
    }

    private @Nullable JsonNode job(String[] path) {
        FakeJob job = jobs.get(path[1]);
        if (job == null) {
            return null;
        }
        if (path.length == 2) {
            return job.detail();
        }
        boolean checkpoints = job.intervalMillis >= 0;
        return switch (path[2]) {
            case "status" -> MAPPER.createObjectNode().put("status", job.look());
            case "vertices" -> job.vertex();
            case "savepoints" -> job.outcome(path[3], false);
            case "exceptions" -> exceptions();
            case "config" -> {
                ObjectNode body = MAPPER.createObjectNode();
                body.putObject("execution-config").put("job-parallelism", 1);
                yield body;
            }
            case "checkpoints" ->
                    path.length == 3
                            ? checkpoints ? job.statistics() : null
                            : path[3].equals("config")
                                    ? checkpoints ? job.settings() : null
                                    : job.outcome(path[3], true);
            default -> null;
        };
    }

    private @Nullable JsonNode post(String[] path, JsonNode body) {
        if (path[0].equals("jars")) {
            return jars.contains(path[1]) ? run(body) : null;
        }
        FakeJob job = jobs.get(path[1]);
        if (job == null) {
            return null;
        }
        String trigger = body.path("triggerId").asText();
        job.ask(trigger, path[2].equals("stop"));
        return MAPPER.createObjectNode().put("request-id", trigger);
    }

    private JsonNode run(JsonNode body) {
        String id = body.path("jobId").asText();
        FakeJob job = jobs.computeIfAbsent(id, _ -> new FakeJob(new JobId(id)));
        job.state = startedState;
        job.startedFrom = body.path("savepointPath").asText("");
        job.restored = job.startedFrom.isEmpty() ? 0 : 1;
        return MAPPER.createObjectNode().put("jobid", id);
    }

    private ObjectNode overview() {
        return MAPPER.createObjectNode()
                .put("taskmanagers", taskManagers.size())
                .put("slots-total", taskManagers.size())
                .put("slots-available", Math.max(0, taskManagers.size() - running()))
                .put("jobs-running", jobs.size())
                .put("flink-version", version);
    }

    private int running() {
        return (int) jobs.values().stream().filter(job -> job.state.equals("RUNNING")).count();
    }

    private JsonNode jobs() {
        ObjectNode body = MAPPER.createObjectNode();
        ArrayNode list = body.putArray("jobs");
        new LinkedHashMap<>(jobs)
                .values()
                .forEach(
                        job -> list.addObject().put("id", job.id.value()).put("status", job.state));
        return body;
    }

    private JsonNode jars() {
        ObjectNode body = MAPPER.createObjectNode();
        ArrayNode list = body.putArray("files");
        jars.forEach(jar -> list.addObject().put("id", jar).put("name", jar));
        return body;
    }

    private JsonNode taskManagers() {
        ObjectNode body = MAPPER.createObjectNode();
        ArrayNode list = body.putArray("taskmanagers");
        taskManagers.forEach(
                (id, host) ->
                        list.addObject()
                                .put("id", id)
                                .put("path", "pekko.tcp://flink@" + host + ":6122/user/rpc/t_0")
                                .put("dataPort", 6121)
                                .put("slotsNumber", 1)
                                .put("freeSlots", 0));
        return body;
    }

    private JsonNode configuration() {
        ArrayNode list = MAPPER.createArrayNode();
        configuration.forEach((key, value) -> list.addObject().put("key", key).put("value", value));
        return list;
    }

    private static JsonNode exceptions() {
        ObjectNode body = MAPPER.createObjectNode();
        body.putObject("exceptionHistory")
                .putArray("entries")
                .addObject()
                .put("timestamp", 1)
                .put("exceptionName", "org.apache.flink.util.FlinkException")
                .put("stacktrace", "org.apache.flink.util.FlinkException: the task went\n\tat x");
        return body;
    }

    public static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        client.shutdownNow();
        threads.shutdownNow();
    }
}
