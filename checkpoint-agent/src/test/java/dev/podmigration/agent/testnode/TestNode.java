package dev.podmigration.agent.testnode;

import dev.podmigration.agent.host.Cgroups;
import dev.podmigration.agent.host.CommandResult;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.HostCommand;
import dev.podmigration.agent.host.NodeDirectories;
import dev.podmigration.agent.host.TmpfsMounts;
import dev.podmigration.agent.runtime.ContainerOnNode;
import dev.podmigration.agent.runtime.PodOnNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A node in a directory: files as on a node, control groups of version 2 that are plain files (so
 * that nothing freezes, but what was asked for can be read), the processes and the network of this
 * machine, and a runtime, a kubelet and a packet filter that are played. Nothing is mounted.
 */
public final class TestNode {

    public static final String POD = "0b7e3f0a-6a7e-4d1c-9a52-1d2c3b4a5f60";
    public static final String SANDBOX = "5a".repeat(32);

    /** More than any kernel numbers its processes: whatever is killed, it is nobody. */
    public static final long NOBODY = 5_000_000;

    private final Path root;
    private final Host host;
    private final FakeRuntime runtime = new FakeRuntime();
    private final FakeKubelet kubelet = new FakeKubelet();
    private final FakeFilter filter = new FakeFilter();

    /**
     * @param root an empty directory
     */
    public TestNode(Path root) throws IOException {
        this.root = root;
        this.host = Host.at(root);
        Files.createDirectories(root.resolve("proc/1"));
        Files.writeString(
                root.resolve("proc/1/mountinfo"),
                "40 30 0:31 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n");
        // For namespaces, which only the kernel can show.
        Files.createSymbolicLink(root.resolve("proc/self"), Path.of("/proc/self"));
        Files.createDirectories(root.resolve("sys/fs/cgroup"));
        Files.createDirectories(root.resolve("var/lib/podmigration/restores"));
        Files.createDirectories(root.resolve("run/podmigration"));
    }

    public Host host() {
        return host;
    }

    public NodeDirectories directories() {
        return new NodeDirectories(host);
    }

    public FakeRuntime runtime() {
        return runtime;
    }

    public FakeKubelet kubelet() {
        return kubelet;
    }

    public FakeFilter filter() {
        return filter;
    }

    public Cgroups cgroups() throws IOException {
        return Cgroups.of(host);
    }

    /** Mounts nothing: every program of this node succeeds and does nothing. */
    public TmpfsMounts mounts() {
        HostCommand command =
                new HostCommand() {
                    @Override
                    public CommandResult run(Duration limit, List<String> arguments) {
                        return new CommandResult(arguments, 0, "", "");
                    }
                };
        return new TmpfsMounts(host, command);
    }

    /** The 64 digits of a container. */
    public static String id(String container) {
        return "%064x".formatted(Math.abs((long) container.hashCode()));
    }

    /** Where a container's processes are listed, one number a line. */
    public Path processes(String container) {
        return group().resolve("crio-" + id(container)).resolve("cgroup.procs");
    }

    /** What the pod's group was last asked for: 1 to freeze. */
    public String asked() throws IOException {
        return Files.readString(group().resolve("cgroup.freeze")).strip();
    }

    private Path group() {
        return root.resolve("sys/fs/cgroup/kubepods/pod" + POD);
    }

    /**
     * Runs a pod of these containers, with the processes that belong to each, in the network of
     * this machine.
     */
    public void runInOwnNetwork(Map<String, List<Long>> containers) throws IOException {
        run(containers, Optional.of("/proc/self/ns/net"));
    }

    /** Runs a pod of these containers, with the processes that belong to each. */
    public void run(Map<String, List<Long>> containers) throws IOException {
        run(containers, Optional.empty());
    }

    private void run(Map<String, List<Long>> containers, Optional<String> networkNamespace)
            throws IOException {
        makeGroup(group());
        List<ContainerOnNode> running = new ArrayList<>();
        for (Map.Entry<String, List<Long>> container : containers.entrySet()) {
            makeGroup(processes(container.getKey()).getParent());
            for (String layer : List.of("merged", "diff")) {
                Files.createDirectories(
                        root.resolve("var/lib/containers")
                                .resolve(container.getKey())
                                .resolve(layer));
            }
            Files.write(
                    processes(container.getKey()),
                    container.getValue().stream().map(String::valueOf).toList());
            running.add(
                    new ContainerOnNode(
                            container.getKey(),
                            id(container.getKey()),
                            container.getValue().stream().mapToLong(Long::longValue).findFirst(),
                            "/var/lib/containers/" + container.getKey() + "/merged",
                            "/var/lib/containers/" + container.getKey() + "/diff",
                            "/run/containers/" + container.getKey() + "/userdata",
                            "/var/lib/containers/" + container.getKey() + "/userdata/checkpoint",
                            "/var/log/pods/" + container.getKey() + ".log",
                            List.of()));
        }
        runtime.put(
                new PodOnNode(
                        POD,
                        "flink",
                        "taskmanager",
                        SANDBOX,
                        "podmigration",
                        networkNamespace,
                        Optional.empty(),
                        running));
    }

    private static void makeGroup(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("cgroup.freeze"), "0\n");
        Files.writeString(directory.resolve("cgroup.events"), "populated 1\nfrozen 0\n");
        Files.writeString(directory.resolve("cgroup.procs"), "");
    }
}
