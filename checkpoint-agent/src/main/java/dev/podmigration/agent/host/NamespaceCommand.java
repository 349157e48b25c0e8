package dev.podmigration.agent.host;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Programs in the namespaces of a process of the node, by {@code nsenter}; normally process 1.
 *
 * <p>The program sees the node's own files, network, processes and cgroup root, but stays in the
 * agent's cgroup: it counts against the agent's limits and ends with the agent's container.
 */
public final class NamespaceCommand implements HostCommand {

    private final List<String> prefix;

    private NamespaceCommand(List<String> prefix) {
        this.prefix = List.copyOf(prefix);
    }

    /** Programs of the node itself. */
    public static NamespaceCommand ofProcess(long pid) {
        return new NamespaceCommand(
                List.of(
                        "nsenter",
                        "-t",
                        Long.toString(pid),
                        "-m",
                        "-u",
                        "-i",
                        "-n",
                        "-p",
                        "-C",
                        "--"));
    }

    /** Programs of the agent's own container. */
    public static NamespaceCommand own() {
        return new NamespaceCommand(List.of());
    }

    @Override
    public CommandResult run(Duration limit, List<String> command)
            throws CommandFailedException, InterruptedException {
        List<String> whole = new ArrayList<>(prefix);
        whole.addAll(command);
        Process process = start(whole);
        BoundedOutput output = BoundedOutput.of(process.getInputStream());
        BoundedOutput error = BoundedOutput.of(process.getErrorStream());
        boolean ended = false;
        try {
            ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            if (!ended) {
                killTree(process);
            }
        }
        if (!ended) {
            throw new CommandFailedException(
                    command, "no end within " + limit, output.text(), error.text());
        }
        return new CommandResult(command, process.exitValue(), output.text(), error.text());
    }

    private static Process start(List<String> command) throws CommandFailedException {
        try {
            ProcessBuilder builder = new ProcessBuilder(command);
            // Nothing of the agent's container is true on the node.
            Map<String, String> environment = builder.environment();
            environment.clear();
            environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
            environment.put("LC_ALL", "C");
            Process process = builder.start();
            process.getOutputStream().close();
            return process;
        } catch (IOException e) {
            throw new CommandFailedException(
                    command, "cannot be started: " + e.getMessage(), "", "");
        }
    }

    /** {@code nsenter} forks: ending it alone would leave the program running. */
    private static void killTree(Process process) {
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
    }
}
