package dev.podmigration.e2e.lab;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The running lab cluster: its API server, and commands on its nodes. Which one it is depends on
 * the environment variables of lab/lab.
 */
public final class Lab implements AutoCloseable {
    public static final String NODE_A = "node-a";
    public static final String NODE_B = "node-b";
    public static final List<String> NODES = List.of(NODE_A, NODE_B);

    private static final Pattern RETRANSMISSIONS = Pattern.compile("retrans:\\d+/(\\d+)");

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final KubernetesClient client;

    private final Path kubeconfig;

    private Lab(KubernetesClient client, Path kubeconfig) {
        this.client = client;
        this.kubeconfig = kubeconfig;
    }

    /** Why there is no lab to work with, or an empty text if there is one. */
    static String whatIsMissing() {
        CommandOutcome status = Program.run(LIMIT, List.of(program(), "status"));
        return status.succeeded() ? "" : (status.output() + status.errors()).strip();
    }

    public static Lab connect() {
        String kubeconfig = Program.run(LIMIT, List.of(program(), "kubeconfig")).orFail();
        try {
            Path file = Files.createTempFile("e2e-kubeconfig", "");
            Files.writeString(file, kubeconfig);
            Config config = Config.fromKubeconfig(kubeconfig);
            return new Lab(new KubernetesClientBuilder().withConfig(config).build(), file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The control group below which all of its processes are, in every hierarchy. */
    public Path cgroups() {
        // As in lab/lib/settings.sh.
        String name = System.getenv().getOrDefault("PODMIGRATION_LAB_NAME", "lab");
        return Path.of("/podmigration-" + name);
    }

    /** A file for programs that read KUBECONFIG; it goes with the end of the run. */
    public Path kubeconfig() {
        return kubeconfig;
    }

    /** The project's directory. */
    public static Path project() {
        return Path.of(System.getProperty("project.directory", "..")).toAbsolutePath().normalize();
    }

    static String program() {
        return project().resolve("lab/lab").toString();
    }

    public KubernetesClient client() {
        return client;
    }

    /** {@code lab/lab ARGUMENTS}. */
    public CommandOutcome run(String... arguments) {
        return Program.run(LIMIT, command(arguments));
    }

    /** The words of {@code lab/lab ARGUMENTS}, to start it in another way. */
    public List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(program()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Output of a shell script on a node; fails unless it succeeds. */
    public String onNode(String node, String script, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(program(), "node", node, "sh", "-euc", script, "script"));
        command.addAll(List.of(arguments));
        return Program.run(LIMIT, command).orFail();
    }

    /** Makes {@code file} the standard input of a shell script on a node. */
    public void sendToNode(String node, Path file, String script, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(program(), "node", node, "sh", "-euc", script, "script"));
        command.addAll(List.of(arguments));
        Program.run(LIMIT, file, command).orFail();
    }

    /** Segments that this machine has sent again on a connection from one of its own ports. */
    public long retransmissions(int localPort) {
        String details =
                Program.run(LIMIT, List.of("ss", "-tinH", "sport", "= :" + localPort)).orFail();
        Matcher matcher = RETRANSMISSIONS.matcher(details);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    public static String otherNode(String node) {
        return node.equals(NODE_A) ? NODE_B : NODE_A;
    }

    @Override
    public void close() throws IOException {
        client.close();
        Files.deleteIfExists(kubeconfig);
    }
}
