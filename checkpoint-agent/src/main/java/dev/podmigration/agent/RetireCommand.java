package dev.podmigration.agent;

import dev.podmigration.agent.retire.NotRetiredException;
import dev.podmigration.agent.retire.Retirement;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Has all nodes put back, from outside of them. Helm runs it before it deletes anything. */
@Command(name = "retire", description = "Has every node put back by its agent, and waits for that.")
final class RetireCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(RetireCommand.class);

    @Option(
            names = "--namespace",
            required = true,
            defaultValue = "${env:POD_NAMESPACE}",
            description = "Namespace of the agents (POD_NAMESPACE).")
    private String namespace = "";

    @Option(
            names = "--daemon-set",
            defaultValue = "podmigration-agent",
            description = "Name of the agents' DaemonSet (${DEFAULT-VALUE}).")
    private String daemonSet = "";

    @Option(
            names = "--limit",
            defaultValue = "PT4M",
            description = "How long to wait, ISO 8601 (${DEFAULT-VALUE}).")
    private Duration limit = Duration.ZERO;

    @Override
    public Integer call() {
        try (KubernetesClient client = new KubernetesClientBuilder().build()) {
            new Retirement(client, namespace, daemonSet).run(limit);
            return 0;
        } catch (NotRetiredException e) {
            LOG.error("{}", e.getMessage());
            return 1;
        }
    }
}
