package dev.podmigration.agent.node;

import dev.podmigration.agent.host.CommandFailedException;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.HostCommand;
import dev.podmigration.agent.runtime.ContainerRuntime;
import dev.podmigration.api.v1alpha1.NodeVersions;
import dev.podmigration.api.v1alpha1.RuntimeVersion;

import io.fabric8.kubernetes.api.model.NodeSystemInfo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks at the node itself, and at what the kubelet reports of it. */
public final class NodeFactsReader {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    /**
     * {@code crun version 1.28}, {@code runc version 1.3.6+ds1}, {@code Version: 4.2.1} of CRIU.
     */
    private static final Pattern VERSION = Pattern.compile("[Vv]ersion:? ([0-9][^\\s]*)");

    /** x86 calls them flags, AArch64 Features. */
    private static final Pattern CPU_FEATURES = Pattern.compile("(?:flags|Features)\\s*:\\s*(.*)");

    private final Host host;
    private final HostCommand command;
    private final ContainerRuntime runtime;

    public NodeFactsReader(Host host, HostCommand command, ContainerRuntime runtime) {
        this.host = host;
        this.command = command;
        this.runtime = runtime;
    }

    /**
     * Looks now.
     *
     * @param kubelet {@code status.nodeInfo} of the Node
     */
    public NodeFacts read(NodeSystemInfo kubelet) throws IOException, InterruptedException {
        String program = runtime.configuration().defaultHandler().path();
        RuntimeVersion runtimeVersion = new RuntimeVersion();
        runtimeVersion.setName(Path.of(program).getFileName().toString());
        runtimeVersion.setVersion(version(program).orElse(null));
        NodeVersions versions = new NodeVersions();
        versions.setKernel(
                Files.readString(host.processes().resolve("sys/kernel/osrelease")).strip());
        versions.setCriu(version("criu").orElse(null));
        versions.setRuntime(runtimeVersion);
        versions.setCrio(runtime.version().version());
        versions.setKubelet(kubelet.getKubeletVersion());
        return new NodeFacts(versions, kubelet.getArchitecture(), cpuFeatures());
    }

    /**
     * @return empty when the program is missing or does not say
     */
    private Optional<String> version(String program) throws InterruptedException {
        try {
            Matcher matcher = VERSION.matcher(command.run(LIMIT, program, "--version").output());
            return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
        } catch (CommandFailedException e) {
            return Optional.empty();
        }
    }

    /** Of the first processor: a kernel runs processes on any of them only with what all have. */
    private List<String> cpuFeatures() throws IOException {
        for (String line : Files.readAllLines(host.processes().resolve("cpuinfo"))) {
            Matcher matcher = CPU_FEATURES.matcher(line);
            if (matcher.matches()) {
                return List.copyOf(new TreeSet<>(List.of(matcher.group(1).strip().split("\\s+"))));
            }
        }
        return List.of();
    }
}
