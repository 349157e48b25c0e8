package dev.podmigration.agent.canary;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.criu.CriuFinding;
import dev.podmigration.agent.criu.CriuLogReader;
import dev.podmigration.agent.host.CommandFailedException;
import dev.podmigration.agent.host.CommandResult;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.HostCommand;
import dev.podmigration.agent.host.HostTree;
import dev.podmigration.agent.host.MountsBelow;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One trial: start, dump, restore, and each time see that it counts. */
final class CanaryRun {

    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(30);
    private static final Duration COUNT_LIMIT = Duration.ofSeconds(20);
    private static final Duration LOOK = Duration.ofMillis(50);

    /** Enough to be running and not just starting. */
    private static final long STEPS = 5;

    private final Host host;
    private final HostCommand command;
    private final String runtime;
    private final boolean systemdCgroups;
    private final CanaryPlace place;

    CanaryRun(Host host, HostCommand command, String runtime, boolean systemdCgroups, Trial trial) {
        this.host = host;
        this.command = command;
        this.runtime = runtime;
        this.systemdCgroups = systemdCgroups;
        this.place = new CanaryPlace(trial);
    }

    void start(String root) throws IOException, InterruptedException, AgentFailure {
        for (String directory :
                List.of(
                        place.runtimeRoot(),
                        place.bundle(),
                        place.images(),
                        place.work(),
                        place.output())) {
            HostTree.create(host.path(directory));
        }
        Files.createFile(host.path(place.networkNamespace()));
        node("unshare", "--net=" + place.networkNamespace(), "true").orThrow();
        node("nsenter", "--net=" + place.networkNamespace(), "ip", "link", "set", "lo", "up")
                .orThrow();
        if (!place.trial().criuOptions().isEmpty()) {
            Files.write(host.path(place.criuConfiguration()), place.trial().criuOptions());
        }
        CanaryBundle.write(host.path(place.bundle()), place, root, systemdCgroups);
        CommandResult started =
                runtime("run", "--detach", "--bundle", place.bundle(), place.containerId());
        if (!started.succeeded()) {
            throw failed("the runtime could not start the canary: " + log(started));
        }
        awaitCount(STEPS);
    }

    void dump() throws IOException, InterruptedException, AgentFailure {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "checkpoint",
                                "--image-path",
                                place.images(),
                                "--work-path",
                                place.work()));
        arguments.addAll(place.trial().runtimeOptions());
        arguments.add(place.containerId());
        CommandResult result = runtime(arguments.toArray(String[]::new));
        if (!result.succeeded()) {
            throw explained(
                    new CriuLogReader().dump(host.path(place.work() + "/dump.log")), result);
        }
    }

    void restore() throws IOException, InterruptedException, AgentFailure {
        long before = count();
        // runc forgets a container that was dumped, crun does not.
        runtime("delete", "--force", place.containerId());
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "restore",
                                "--detach",
                                "--bundle",
                                place.bundle(),
                                "--image-path",
                                place.images(),
                                "--work-path",
                                place.work()));
        arguments.addAll(place.trial().runtimeOptions());
        arguments.add(place.containerId());
        CommandResult result = runtime(arguments.toArray(String[]::new));
        if (!result.succeeded()) {
            throw explained(
                    new CriuLogReader().restore(host.path(place.work() + "/restore.log")), result);
        }
        awaitCount(before + STEPS);
    }

    /** Leaves nothing behind, whatever has happened before. */
    void clear() throws IOException, InterruptedException {
        if (Files.exists(host.path(place.directory()))) {
            runtime("delete", "--force", place.containerId());
            // The network namespace, and what a restore that failed has left of the container's
            // root.
            MountsBelow.detach(host, command, place.directory());
            HostTree.delete(host.path(place.directory()));
        }
    }

    private CommandResult runtime(String... arguments)
            throws CommandFailedException, InterruptedException {
        List<String> whole = new ArrayList<>();
        // Our pipes would become the canary's standard streams, and a dump of a pipe to nowhere
        // proves nothing.
        whole.addAll(
                List.of("sh", "-c", "exec \"$@\" </dev/null >/dev/null 2>&1", "canary", runtime));
        whole.addAll(List.of("--root", place.runtimeRoot(), "--log", logFile()));
        if (systemdCgroups) {
            whole.add("--systemd-cgroup");
        }
        whole.addAll(List.of(arguments));
        return command.run(COMMAND_LIMIT, whole);
    }

    private CommandResult node(String... arguments)
            throws CommandFailedException, InterruptedException {
        return command.run(COMMAND_LIMIT, arguments);
    }

    private String logFile() {
        return place.directory() + "/runtime.log";
    }

    private void awaitCount(long wanted) throws IOException, InterruptedException, AgentFailure {
        long deadline = System.nanoTime() + COUNT_LIMIT.toNanos();
        Path broken = host.path(place.output() + "/" + CanaryProgram.BROKEN);
        while (count() < wanted) {
            if (Files.exists(broken)) {
                throw failed("the canary lost what it held: " + Files.readString(broken));
            }
            if (System.nanoTime() - deadline > 0) {
                throw failed("the canary stands still at " + count());
            }
            Thread.sleep(LOOK);
        }
    }

    private long count() throws IOException {
        try {
            String text = Files.readString(host.path(place.output() + "/" + CanaryProgram.COUNT));
            return text.isBlank() ? 0 : Long.parseLong(text.strip());
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private AgentFailure explained(Optional<CriuFinding> finding, CommandResult result)
            throws IOException {
        return finding.isPresent()
                ? new AgentFailure(
                        FailureReason.CanaryFailed,
                        finding.get().message(),
                        finding.get().remedy(),
                        finding.get().lines())
                : failed("the runtime failed: " + log(result));
    }

    /** The runtime's own words. */
    private String log(CommandResult result) throws IOException {
        Path file = host.path(logFile());
        String text = Files.exists(file) ? Files.readString(file).strip() : "";
        return text.isEmpty() ? "exit code " + result.exitCode() : text;
    }

    private static AgentFailure failed(String message) {
        return new AgentFailure(FailureReason.CanaryFailed, message);
    }
}
