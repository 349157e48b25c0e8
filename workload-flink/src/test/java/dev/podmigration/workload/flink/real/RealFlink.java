package dev.podmigration.workload.flink.real;

import dev.podmigration.workload.flink.rest.FlinkRest;
import dev.podmigration.workload.flink.rest.JarId;
import dev.podmigration.workload.flink.rest.JobId;
import dev.podmigration.workload.flink.rest.RestAddress;
import dev.podmigration.workload.flink.rest.RestLimits;
import dev.podmigration.workload.flink.rest.RunJar;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A JobManager and TaskManagers, each a JVM of its own, as in pods of a standalone session cluster.
 */
final class RealFlink implements AutoCloseable {

    private static final List<String> OPENED =
            List.of(
                    "--add-opens=java.base/java.lang=ALL-UNNAMED",
                    "--add-opens=java.base/java.net=ALL-UNNAMED",
                    "--add-opens=java.base/java.io=ALL-UNNAMED",
                    "--add-opens=java.base/java.nio=ALL-UNNAMED",
                    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                    "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                    "--add-opens=java.base/java.text=ALL-UNNAMED",
                    "--add-opens=java.base/java.time=ALL-UNNAMED",
                    "--add-opens=java.base/java.util=ALL-UNNAMED",
                    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
                    "--add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED",
                    "--add-opens=java.base/java.util.concurrent.locks=ALL-UNNAMED");

    private final Path directory;
    private final Path jars;
    private final int restPort;
    private final HttpClient client = FlinkRest.newClient(RestLimits.DEFAULT);
    private final FlinkRest rest;
    private final List<Process> processes = new ArrayList<>();

    private RealFlink(FlinkVersion version, Path directory, Map<String, String> more)
            throws IOException, InterruptedException {
        this.directory = directory;
        this.jars = version.jars();
        this.restPort = freePort();
        this.rest =
                new FlinkRest(client, new RestAddress("127.0.0.1", restPort), RestLimits.DEFAULT);
        Map<String, String> configuration = configuration();
        configuration.putAll(more);
        Path file = Files.createDirectories(directory.resolve("conf")).resolve("config.yaml");
        List<String> lines = new ArrayList<>();
        configuration.forEach((key, value) -> lines.add(key + ": " + value));
        Files.write(file, lines);
        Files.writeString(
                directory.resolve("log4j2.properties"),
                """
                rootLogger.level = INFO
                rootLogger.appenderRef.console.ref = Console
                appender.console.name = Console
                appender.console.type = CONSOLE
                appender.console.layout.type = PatternLayout
                appender.console.layout.pattern = %d{HH:mm:ss,SSS} %-5p %c{1} - %m%n
                """);
    }

    /**
     * @param directory for configuration, state and logs
     * @param more configuration beside that of a small cluster
     */
    static RealFlink start(FlinkVersion version, Path directory, Map<String, String> more)
            throws IOException, InterruptedException {
        RealFlink flink = new RealFlink(version, directory, more);
        flink.run(
                "jobmanager",
                "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                List.of("-Xmx256m"));
        return flink;
    }

    Process jobManager() {
        return processes.getFirst();
    }

    /** As the kubelet ends it. */
    void endJobManager() throws InterruptedException, IOException {
        Process jobManager = processes.getFirst();
        jobManager.destroy();
        if (!jobManager.waitFor(30, TimeUnit.SECONDS)) {
            throw new IOException("the JobManager does not end");
        }
    }

    boolean runs() {
        return processes.stream().allMatch(Process::isAlive);
    }

    /** One more TaskManager with one slot. */
    Process startTaskManager(String name) throws IOException {
        return run(
                name,
                "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                List.of("-Xmx256m", "-XX:MaxDirectMemorySize=160m"),
                "-Dtaskmanager.resource-id=" + name);
    }

    FlinkRest rest() {
        return rest;
    }

    RestAddress address() {
        return new RestAddress("127.0.0.1", restPort);
    }

    Path directory() {
        return directory;
    }

    /** Uploads the counter job, as {@code curl -F} does. */
    JarId upload() throws IOException, InterruptedException {
        String boundary = "boundary-of-the-test";
        byte[] head =
                ("--"
                                + boundary
                                + "\r\nContent-Disposition: form-data; name=\"jarfile\";"
                                + " filename=\"counter.jar\"\r\nContent-Type:"
                                + " application/x-java-archive\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8);
        byte[] tail = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8);
        HttpResponse<String> answer =
                client.send(
                        HttpRequest.newBuilder(URI.create("http://" + address() + "/jars/upload"))
                                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                                .POST(
                                        HttpRequest.BodyPublishers.ofByteArrays(
                                                List.of(
                                                        head,
                                                        Files.readAllBytes(JobJar.path()),
                                                        tail)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("upload: " + answer.statusCode() + " " + answer.body());
        }
        String name = answer.body().replaceAll("(?s).*\"filename\":\"[^\"]*/([^/\"]+)\".*", "$1");
        return new JarId(name);
    }

    static RunJar counter(JarId jar, JobId job) {
        return new RunJar(
                jar,
                job,
                Optional.of("dev.podmigration.examples.flink.CounterJob"),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    /** One of the numbers that the counter job publishes. */
    long accumulator(JobId job, String name) throws IOException, InterruptedException {
        String body =
                client.send(
                                HttpRequest.newBuilder(
                                                URI.create(
                                                        "http://"
                                                                + address()
                                                                + "/jobs/"
                                                                + job
                                                                + "/accumulators"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body();
        String value =
                body.replaceAll(
                        "(?s).*\"name\":\"" + name + "\"[^}]*\"value\":\"([0-9]+)\".*", "$1");
        return value.matches("[0-9]+") ? Long.parseLong(value) : 0;
    }

    private Process run(String name, String mainClass, List<String> options, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
        command.addAll(options);
        command.addAll(OPENED);
        command.add("-Dlog4j.configurationFile=" + directory.resolve("log4j2.properties"));
        command.addAll(List.of("-cp", jars + "/*", mainClass));
        command.addAll(List.of("--configDir", directory.resolve("conf").toString()));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        directory.resolve(name + ".log").toFile()))
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .start();
        processes.add(process);
        return process;
    }

    // Small, and all that a TaskManager needs that is not started by Flink's scripts.
    private Map<String, String> configuration() throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("jobmanager.rpc.address", "127.0.0.1");
        values.put("jobmanager.rpc.port", Integer.toString(freePort()));
        values.put("jobmanager.bind-host", "127.0.0.1");
        values.put("rest.address", "127.0.0.1");
        values.put("rest.bind-address", "127.0.0.1");
        values.put("rest.port", Integer.toString(restPort));
        values.put("taskmanager.host", "127.0.0.1");
        values.put("taskmanager.bind-host", "127.0.0.1");
        values.put("taskmanager.numberOfTaskSlots", "1");
        values.put("taskmanager.cpu.cores", "1.0");
        values.put("taskmanager.memory.framework.heap.size", "64m");
        values.put("taskmanager.memory.framework.off-heap.size", "32m");
        values.put("taskmanager.memory.task.heap.size", "128m");
        values.put("taskmanager.memory.task.off-heap.size", "0m");
        values.put("taskmanager.memory.network.min", "32m");
        values.put("taskmanager.memory.network.max", "32m");
        values.put("taskmanager.memory.managed.size", "16m");
        values.put("taskmanager.memory.jvm-metaspace.size", "128m");
        values.put("taskmanager.memory.jvm-overhead.min", "64m");
        values.put("taskmanager.memory.jvm-overhead.max", "64m");
        values.put(
                "execution.checkpointing.dir", directory.resolve("checkpoints").toUri().toString());
        values.put(
                "execution.checkpointing.externalized-checkpoint-retention",
                "RETAIN_ON_CANCELLATION");
        values.put("rest.cache.checkpoint-statistics.timeout", "100ms");
        values.put("heartbeat.interval", "2000");
        values.put("heartbeat.timeout", "20000");
        values.put("cluster.registration.error-delay", "300ms");
        values.put("io.tmp.dirs", Files.createDirectories(directory.resolve("tmp")).toString());
        return values;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        processes.forEach(Process::destroyForcibly);
        CompletableFuture.allOf(
                        processes.stream()
                                .map(Process::onExit)
                                .toArray(CompletableFuture<?>[]::new))
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
