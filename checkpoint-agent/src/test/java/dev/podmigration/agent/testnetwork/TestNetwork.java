package dev.podmigration.agent.testnetwork;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.podmigration.agent.linux.LinkEnd;
import dev.podmigration.agent.linux.MacAddress;
import dev.podmigration.agent.linux.NetworkLink;
import dev.podmigration.agent.linux.NetworkNamespace;
import dev.podmigration.agent.linux.RouteNetlink;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Nodes and pods made of real network namespaces: a bridge on each node, pods at its ports, as the
 * CNI plugin "bridge" makes them. All nodes but {@link #island} are on one layer-2 segment.
 * Everything has a random name and goes with {@link #remove}.
 */
public final class TestNetwork {
    private static final String BRIDGE = "br0";

    private final String prefix =
            "pmt-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    private final List<NetworkNamespace> namespaces = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private int interfaces;

    /** A node: the namespace with the bridge. */
    public record Node(NetworkNamespace namespace, LinkEnd bridge) {}

    /** A pod: both ends of its pair. */
    public record Pod(LinkEnd podEnd, LinkEnd nodeEnd, MacAddress mac) {
        public NetworkNamespace namespace() {
            return podEnd.namespace();
        }
    }

    /** Skips the calling test where namespaces or programs are not to be had. */
    public TestNetwork() throws IOException {
        assumeTrue(
                Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
                "needs root");
        assumeTrue(hasProgram("ip"), "needs the program ip (iproute2)");
        assumeTrue(hasProgram("nft"), "needs the program nft (nftables)");
    }

    public Node node() throws IOException, InterruptedException {
        Node first =
                names.isEmpty()
                        ? null
                        : new Node(
                                namespaces.getFirst(), new LinkEnd(namespaces.getFirst(), BRIDGE));
        Node node = island();
        NetworkNamespace namespace = node.namespace();
        String name = names.getLast();
        if (first != null) {
            String here = nextInterface();
            String there = nextInterface();
            ip(
                    "-n",
                    name,
                    "link",
                    "add",
                    here,
                    "type",
                    "veth",
                    "peer",
                    "name",
                    there,
                    "netns",
                    names.getFirst());
            ip("-n", name, "link", "set", here, "master", BRIDGE, "up");
            ip("-n", names.getFirst(), "link", "set", there, "master", BRIDGE, "up");
            awaitRunning(new LinkEnd(namespace, here));
            awaitRunning(new LinkEnd(first.namespace(), there));
        }
        return node;
    }

    /** A node whose bridge leads to no other one; not the first. */
    public Node island() throws IOException, InterruptedException {
        NetworkNamespace namespace = namespace("node");
        String name = names.getLast();
        ip("-n", name, "link", "add", BRIDGE, "type", "bridge");
        ip("-n", name, "link", "set", BRIDGE, "up");
        return new Node(namespace, new LinkEnd(namespace, BRIDGE));
    }

    /**
     * A pod at the node's bridge.
     *
     * @param addresses with prefix lengths, for example {@code 10.9.0.2/24}
     */
    public Pod pod(Node node, String... addresses) throws IOException, InterruptedException {
        String nodeName = names.get(namespaces.indexOf(node.namespace()));
        NetworkNamespace namespace = namespace("pod");
        String podName = names.getLast();
        String nodeEnd = nextInterface();
        ip(
                "-n", nodeName, "link", "add", nodeEnd, "type", "veth", "peer", "name", "eth0",
                "netns", podName);
        ip("-n", nodeName, "link", "set", nodeEnd, "master", BRIDGE, "up");
        ip("-n", podName, "link", "set", "lo", "up");
        ip("-n", podName, "link", "set", "eth0", "up");
        for (String address : addresses) {
            if (address.contains(":")) {
                ip("-n", podName, "address", "add", address, "dev", "eth0", "nodad");
            } else {
                ip("-n", podName, "address", "add", address, "dev", "eth0");
            }
        }
        LinkEnd podEnd = new LinkEnd(namespace, "eth0");
        Pod pod = new Pod(podEnd, new LinkEnd(node.namespace(), nodeEnd), mac(podEnd));
        awaitRunning(pod.podEnd());
        awaitRunning(pod.nodeEnd());
        return pod;
    }

    public static MacAddress mac(LinkEnd end) throws IOException, InterruptedException {
        try (RouteNetlink netlink = RouteNetlink.open(end.namespace())) {
            return link(netlink, end.name()).mac().orElseThrow();
        }
    }

    /**
     * The kernel looks after changed links once a second; until then they, and their bridge, drop
     * every frame.
     */
    private static void awaitRunning(LinkEnd end) throws IOException, InterruptedException {
        try (RouteNetlink netlink = RouteNetlink.open(end.namespace())) {
            await().pollInterval(Duration.ofMillis(5))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> link(netlink, end.name()).running());
        }
    }

    private static NetworkLink link(RouteNetlink netlink, String name) throws IOException {
        return netlink.links().stream()
                .filter(link -> link.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Runs a program in a namespace and answers its output; fails the test if it fails. */
    public static String run(NetworkNamespace namespace, String... command)
            throws IOException, InterruptedException {
        return output(
                namespace.call(() -> new ProcessBuilder(command).redirectErrorStream(true).start()),
                command);
    }

    private NetworkNamespace namespace(String kind) throws IOException, InterruptedException {
        String name = prefix + "-" + kind + names.size();
        ip("netns", "add", name);
        names.add(name);
        NetworkNamespace namespace = NetworkNamespace.open(Path.of("/run/netns", name));
        namespaces.add(namespace);
        return namespace;
    }

    private String nextInterface() {
        interfaces++;
        return "v" + interfaces;
    }

    private static void ip(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        String[] array = command.toArray(String[]::new);
        output(new ProcessBuilder(array).redirectErrorStream(true).start(), array);
    }

    private static String output(Process process, String... command)
            throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(String.join(" ", command) + " failed: " + output);
        }
        return output;
    }

    private static boolean hasProgram(String name) {
        for (String directory : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory, name))) {
                return true;
            }
        }
        return Files.isExecutable(Path.of("/usr/sbin", name));
    }

    public void remove() throws IOException, InterruptedException {
        for (NetworkNamespace namespace : namespaces) {
            namespace.close();
        }
        for (String name : names) {
            ip("netns", "delete", name);
        }
    }
}
