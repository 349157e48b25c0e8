package dev.podmigration.operator.fakes;

import dev.podmigration.apiserver.ApiServer;

import io.fabric8.kubernetes.client.Config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Kubernetes' own ReplicaSet controller and garbage collector, running against the API server of
 * the tests.
 */
public final class ControllerManager implements AutoCloseable {

    private static final String PROGRAM = "kube-controller-manager";
    private static final long BUILD_LIMIT_MINUTES = 20;

    private final Process process;

    private ControllerManager(Process process) {
        this.process = process;
    }

    /** Where the program is, or nothing: then there is nothing to test with. */
    public static Optional<Path> program() throws IOException, InterruptedException {
        String named = System.getenv("PODMIGRATION_KUBE_CONTROLLER_MANAGER");
        if (named != null) {
            return Optional.of(Path.of(named));
        }
        for (Path directory = Path.of("").toAbsolutePath();
                directory != null;
                directory = directory.getParent()) {
            Path script = directory.resolve("lab/lab");
            if (Files.isExecutable(script)) {
                return printedBy(script);
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> printedBy(Path script) throws IOException, InterruptedException {
        Path output = Files.createTempFile("lab-bin", ".txt");
        Process lab =
                new ProcessBuilder(script.toString(), "bin", PROGRAM)
                        .redirectOutput(output.toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        if (!lab.waitFor(BUILD_LIMIT_MINUTES, TimeUnit.MINUTES) || lab.exitValue() != 0) {
            lab.destroy();
            return Optional.empty();
        }
        return Files.readString(output).lines().findFirst().map(Path::of);
    }

    public static ControllerManager start(Path program, ApiServer server) throws IOException {
        Path directory = Files.createTempDirectory("controller-manager");
        Path kubeconfig = directory.resolve("kubeconfig");
        Files.writeString(kubeconfig, kubeconfig(server.adminConfig()));
        Process process =
                new ProcessBuilder(
                                program.toString(),
                                "--kubeconfig=" + kubeconfig,
                                "--leader-elect=false",
                                "--secure-port=0",
                                "--controllers=replicaset-controller,garbage-collector-controller")
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("log").toFile())
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return new ControllerManager(process);
    }

    private static String kubeconfig(Config config) {
        return """
        apiVersion: v1
        kind: Config
        clusters: [{name: it, cluster: {server: "%s", insecure-skip-tls-verify: true}}]
        users: [{name: it, user: {token: "%s"}}]
        contexts: [{name: it, context: {cluster: it, user: it}}]
        current-context: it
        """
                .formatted(
                        config.getMasterUrl(),
                        Optional.ofNullable(config.getOauthToken())
                                .orElse(config.getAutoOAuthToken()));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
