package dev.podmigration.agent;

import dev.podmigration.agent.address.NetworkFacts;
import dev.podmigration.agent.canary.Canary;
import dev.podmigration.agent.canary.Proof;
import dev.podmigration.agent.canary.SwapProof;
import dev.podmigration.agent.fence.FenceRehearsal;
import dev.podmigration.agent.fence.PacketFilter;
import dev.podmigration.agent.guard.HookDirectory;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.install.NodeParts;
import dev.podmigration.agent.metrics.AgentMetrics;
import dev.podmigration.agent.node.MigrationNodePublisher;
import dev.podmigration.agent.node.NodeFacts;
import dev.podmigration.agent.node.NodeFactsReader;
import dev.podmigration.agent.node.NodeReport;
import dev.podmigration.agent.runtime.ContainerRuntime;
import dev.podmigration.api.v1alpha1.NodeNetwork;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Keeps the node ready for migrations and says so: installs, proves, publishes. */
final class NodeKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(NodeKeeper.class);
    private static final Duration FIRST_RETRY = Duration.ofMinutes(1);

    /** A node that cannot do something dumps and restores for it ever more rarely. */
    private static final Duration LAST_RETRY = Duration.ofHours(1);

    private static final String CNI = "/etc/cni/net.d";

    private final Settings settings;
    private final Host host;
    private final PacketFilter filter;
    private final KubernetesClient client;
    private final ContainerRuntime runtime;
    private final NodeParts parts;
    private final Canary canary;
    private final SwapProof swap;
    private final HookDirectory hooks;
    private final NodeFactsReader reader;
    private final MigrationNodePublisher publisher;
    private final AgentMetrics metrics;
    private List<Proof> proofs = List.of();
    private List<String> problems = List.of("The agent has just started.");
    private volatile @Nullable Instant certificateExpiry;
    private @Nullable NodeFacts facts;
    private Instant tried = Instant.EPOCH;
    private Duration retry = FIRST_RETRY;

    NodeKeeper(
            Settings settings,
            Host host,
            PacketFilter filter,
            KubernetesClient client,
            ContainerRuntime runtime,
            NodeParts parts,
            Canary canary,
            SwapProof swap,
            HookDirectory hooks,
            NodeFactsReader reader,
            MigrationNodePublisher publisher,
            AgentMetrics metrics) {
        this.settings = settings;
        this.host = host;
        this.filter = filter;
        this.client = client;
        this.runtime = runtime;
        this.parts = parts;
        this.canary = canary;
        this.swap = swap;
        this.hooks = hooks;
        this.reader = reader;
        this.publisher = publisher;
        this.metrics = metrics;
    }

    void certificateExpires(Instant expiry) {
        certificateExpiry = expiry;
    }

    /** Puts the node parts in place and proves what the node can do, before anything is served. */
    synchronized void prepare() throws InterruptedException {
        try {
            tried = Instant.now();
            parts.install();
            FenceRehearsal.run(filter);
            List<Proof> proved = new ArrayList<>(canary.prove(runtime.configuration()));
            proved.add(swap.prove());
            proved.add(hooks.prove());
            proofs = List.copyOf(proved);
            metrics.proved(
                    proofs.stream().collect(Collectors.toMap(Proof::ability, Proof::proved)));
            problems = List.of();
        } catch (AgentFailure failure) {
            LOG.warn("The node cannot be used: {}", failure.getMessage(), failure);
            problems = List.of(failure.getMessage() + " " + failure.remedy());
        } catch (IOException e) {
            LOG.warn("The node cannot be used", e);
            problems = List.of("The node could not be prepared: " + e.getMessage());
        }
        for (Proof proof : proofs) {
            LOG.info(
                    "{}: {} {}",
                    proof.ability(),
                    proof.proved() ? "proved." : "NOT proved.",
                    proof.message());
        }
    }

    private boolean isProved() {
        return problems.isEmpty() && proofs.stream().allMatch(Proof::proved);
    }

    /** Looks whether the parts are still there, and publishes. Called again and again. */
    synchronized void report() {
        try {
            if (!isProved() && Instant.now().isAfter(tried.plus(retry))) {
                // What failed once may have been the load of that moment.
                prepare();
                Duration longer = retry.multipliedBy(2);
                retry = longer.compareTo(LAST_RETRY) < 0 ? longer : LAST_RETRY;
            }
            if (facts == null) {
                Node node = client.nodes().withName(settings.node()).get();
                facts = reader.read(node.getStatus().getNodeInfo());
            }
            List<String> now = new ArrayList<>(problems);
            parts.state()
                    .missing()
                    .forEach(part -> now.add("Missing or changed on the node: " + part));
            publisher.publish(
                    new NodeReport(
                            settings.peerAddress(),
                            facts,
                            network(),
                            proofs,
                            now,
                            Optional.ofNullable(certificateExpiry)));
        } catch (IOException | AgentFailure | RuntimeException e) {
            LOG.warn("The node could not be published", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<NodeNetwork> network() throws IOException {
        return NetworkFacts.read(host.path(CNI), Optional.empty())
                .map(
                        found -> {
                            NetworkFacts.Verdict verdict = found.verdict();
                            NodeNetwork network = new NodeNetwork();
                            network.setPlugin(found.plugin());
                            network.setSubnets(
                                    found.subnets().stream().map(Object::toString).toList());
                            network.setKeepable(verdict.keepable());
                            network.setMessage(verdict.message());
                            return network;
                        });
    }
}
