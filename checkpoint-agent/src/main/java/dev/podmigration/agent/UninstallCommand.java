package dev.podmigration.agent;

import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.NamespaceCommand;
import dev.podmigration.agent.install.NodeParts;
import dev.podmigration.agent.runtime.ContainerRuntime;
import dev.podmigration.agent.runtime.CrioRuntimeClient;
import dev.podmigration.fault.FaultPoints;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** Puts the node back. */
@Command(name = "uninstall", description = "Takes away what the agent has put onto this node.")
final class UninstallCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(UninstallCommand.class);

    /** Pods that are in the way may be deleted in the meantime. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    @Option(
            names = "--stay",
            description =
                    "Try until it is done, then be ready and stay: for a DaemonSet, whose pods are"
                            + " not meant to end.")
    private boolean stay;

    @Override
    public Integer call() throws Exception {
        if (!stay) {
            uninstall();
            return 0;
        }
        Settings settings = Settings.of(System.getenv());
        AtomicReference<String> unready = new AtomicReference<>("not put back yet");
        try (HealthServer health =
                new HealthServer(
                        settings.healthPort(),
                        unready::get,
                        () -> "",
                        FaultPoints.open(System.getenv()))) {
            LOG.info("Probes are answered at port {}", health.port());
            while (!unready.get().isEmpty()) {
                try {
                    uninstall();
                    unready.set("");
                } catch (AgentFailure e) {
                    LOG.warn("{}: {} {}", settings.node(), e.getMessage(), e.remedy());
                    unready.set(e.getMessage());
                    Thread.sleep(RETRY);
                } catch (IOException e) {
                    LOG.warn("{} could not be put back; trying again", settings.node(), e);
                    unready.set("could not be put back: " + e.getMessage());
                    Thread.sleep(RETRY);
                }
            }
            LOG.info("Node {} is put back", settings.node());
            new CountDownLatch(1).await();
        }
        return 0;
    }

    private static void uninstall() throws IOException, InterruptedException, AgentFailure {
        Host host = Host.ofThisNode();
        try (ContainerRuntime runtime =
                new CrioRuntimeClient(host, CrioRuntimeClient.DEFAULT_SOCKET)) {
            new NodeParts(
                            host,
                            NamespaceCommand.ofProcess(1),
                            CrioRuntimeClient.DEFAULT_SOCKET,
                            runtime)
                    .uninstall();
        }
    }
}
