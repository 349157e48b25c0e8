package dev.podmigration.operator.fakes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.Ability;
import dev.podmigration.api.v1alpha1.GroupSelector;
import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.MigrationNodeStatus;
import dev.podmigration.api.v1alpha1.NodeNetwork;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationSpec;
import dev.podmigration.api.v1alpha1.PodReference;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.operator.controller.MigrationReconciler;
import dev.podmigration.operator.metrics.MigrationMetrics;
import dev.podmigration.operator.settings.TimeLimits;
import dev.podmigration.operator.workload.Workloads;

import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetrics;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A namespace on a real API server with two fake nodes, and an operator that can be stopped and
 * started.
 */
public final class Stage implements AutoCloseable {

    /** Short, so that tests about silence end; long enough for a busy machine. */
    private static final TimeLimits LIMITS =
            new TimeLimits(
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(1));

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final KubernetesClient client;
    private final Config operatorConfig;
    private final String namespace;
    private final String source;
    private final String target;
    private final FakeAgents agents;
    private final FakeKubelet kubelet;
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Optional<Duration> retention = Optional.empty();
    private Workloads workloads = Plugins.SHIPPED;
    private @Nullable Operator operator;
    private @Nullable KubernetesClient operatorClient;

    public Stage(ApiServer server) {
        this.client = server.client();
        this.namespace = server.newNamespace("migration");
        this.operatorConfig = OperatorRights.in(namespace, server);
        this.source = namespace + "-a";
        this.target = namespace + "-b";
        client.resource(
                        new ServiceAccountBuilder()
                                .withNewMetadata()
                                .withName("default")
                                .withNamespace(namespace)
                                .endMetadata()
                                .build())
                .create();
        addRuntimeClass("podmigration");
        addNode(source);
        addNode(target);
        // A CRD is served a moment before its storage answers.
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(
                        () -> {
                            halves();
                            return client.resources(PodMigration.class)
                                            .inNamespace(namespace)
                                            .list()
                                    != null;
                        });
        kubelet = new FakeKubelet(client, namespace);
        agents = new FakeAgents(client, namespace);
    }

    public void addRuntimeClass(String name) {
        client.resource(
                        new GenericKubernetesResourceBuilder()
                                .withApiVersion("node.k8s.io/v1")
                                .withKind("RuntimeClass")
                                .withNewMetadata()
                                .withName(name)
                                .endMetadata()
                                .addToAdditionalProperties("handler", name)
                                .build())
                .createOr(existing -> existing.update());
    }

    public KubernetesClient client() {
        return client;
    }

    public String namespace() {
        return namespace;
    }

    public String source() {
        return source;
    }

    public String target() {
        return target;
    }

    public FakeAgents agents() {
        return agents;
    }

    public FakeKubelet kubelet() {
        return kubelet;
    }

    private void addNode(String name) {
        Node node =
                client.resource(
                                new NodeBuilder()
                                        .withNewMetadata()
                                        .withName(name)
                                        .endMetadata()
                                        .build())
                        .create();
        node =
                new NodeBuilder(node)
                        .withNewStatus()
                        .addToAllocatable("memory", new Quantity("1Gi"))
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus("True")
                        .withReason("KubeletReady")
                        .withMessage("")
                        .endCondition()
                        .endStatus()
                        .build();
        client.resource(node).updateStatus();
        MigrationNode migrationNode = new MigrationNode();
        migrationNode.getMetadata().setName(name);
        client.resource(migrationNode).create();
        changeAgent(name, _ -> {});
    }

    /** Writes what an agent reports about its node; a proved one unless changed. */
    public void changeAgent(String node, Consumer<MigrationNodeStatus> change) {
        client.resources(MigrationNode.class)
                .withName(node)
                .editStatus(
                        found -> {
                            MigrationNodeStatus status = new MigrationNodeStatus();
                            status.setAddress("192.0.2.1:9444");
                            status.setArchitecture("amd64");
                            status.setCpuFeatures(List.of("avx2", "sse4_2"));
                            status.setAbilities(
                                    List.of(
                                            Ability.of(
                                                    "Checkpoint",
                                                    true,
                                                    "dumped and restored a process")));
                            status.setConditions(
                                    List.of(
                                            new ConditionBuilder()
                                                    .withType("Ready")
                                                    .withStatus("True")
                                                    .withReason("Proved")
                                                    .withMessage("")
                                                    .withLastTransitionTime(
                                                            Instant.now().toString())
                                                    .build()));
                            NodeNetwork network = new NodeNetwork();
                            network.setPlugin("bridge");
                            network.setSubnets(List.of("10.88.0.0/16"));
                            network.setKeepable(true);
                            status.setNetwork(network);
                            status.setObservedAt(Timestamps.format(Instant.now()));
                            change.accept(status);
                            found.setStatus(status);
                            return found;
                        });
    }

    public void changeNode(String name, Consumer<Node> change) {
        client.nodes()
                .withName(name)
                .edit(
                        node -> {
                            change.accept(node);
                            return node;
                        });
    }

    public void changeNodeStatus(String name, Consumer<Node> change) {
        client.nodes()
                .withName(name)
                .editStatus(
                        node -> {
                            change.accept(node);
                            return node;
                        });
    }

    /** A running pod on the source node. */
    public Pod runPod(String name, Consumer<PodBuilder> change) {
        PodBuilder pod =
                new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(namespace)
                        .addToLabels("app", name)
                        .endMetadata()
                        .withNewSpec()
                        .withNodeName(source)
                        .addNewContainer()
                        .withName("main")
                        .withImage("example.org/app:1")
                        .endContainer()
                        .endSpec();
        change.accept(pod);
        client.resource(pod.build()).create();
        return await().atMost(PATIENCE)
                .until(
                        () -> client.pods().inNamespace(namespace).withName(name).get(),
                        found -> "Running".equals(found.getStatus().getPhase()));
    }

    public Pod runPod(String name) {
        return runPod(name, _ -> {});
    }

    /** A migration of this pod to the target node. */
    public PodMigration migrate(String pod, Consumer<PodMigrationSpec> change) {
        PodReference reference = new PodReference();
        reference.setName(pod);
        PodMigrationSpec spec = new PodMigrationSpec();
        spec.setPod(reference);
        spec.getTarget().setNodeName(target);
        spec.getLimits().setTotalSeconds(60);
        change.accept(spec);
        PodMigration migration = new PodMigration();
        migration.getMetadata().setGenerateName("move-");
        migration.getMetadata().setNamespace(namespace);
        migration.setSpec(spec);
        return client.resource(migration).create();
    }

    public PodMigration migrate(String pod) {
        return migrate(pod, _ -> {});
    }

    /** A migration of all pods that have this label, as one. */
    public PodMigration migrateGroup(String label, String value, Consumer<PodMigrationSpec> more) {
        GroupSelector selector = new GroupSelector();
        selector.setMatchLabels(Map.of(label, value));
        return migrate(
                "",
                spec -> {
                    spec.setPod(null);
                    spec.setSelector(selector);
                    more.accept(spec);
                });
    }

    /** The migrations of the pods of a group, by the names of the pods. */
    public Map<String, PodMigration> members(PodMigration group) {
        return client
                .resources(PodMigration.class)
                .inNamespace(namespace)
                .withLabel("podmigration.dev/migration", group.getMetadata().getName())
                .list()
                .getItems()
                .stream()
                .collect(
                        Collectors.toMap(
                                member -> member.getSpec().getPod().getName(),
                                Function.identity()));
    }

    public void cancel(PodMigration migration) {
        client.resource(migration)
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"cancelled\":true}}");
    }

    public PodMigration get(PodMigration migration) {
        return client.resource(migration).get();
    }

    public PodMigration awaitPhase(PodMigration migration, PodMigrationPhase phase) {
        return awaitPhase(migration, found -> found == phase, phase.name());
    }

    /** Waits until the migration has ended, whichever way. */
    public PodMigration awaitEnd(PodMigration migration) {
        return awaitPhase(migration, PodMigrationPhase::isFinal, "the end");
    }

    private PodMigration awaitPhase(
            PodMigration migration,
            java.util.function.Predicate<PodMigrationPhase> wanted,
            String name) {
        try {
            return await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .until(
                            () -> get(migration),
                            found ->
                                    found.getStatus() != null
                                            && found.getStatus().getPhase() != null
                                            && wanted.test(found.getStatus().getPhase()));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("Never came to " + name + "\n" + report(migration), e);
        }
    }

    /** Everything a person needs to see why a test failed. */
    public String report(PodMigration migration) {
        return Serialization.asYaml(get(migration))
                + members(migration).values().stream()
                        .map(Serialization::asYaml)
                        .collect(Collectors.joining())
                + halves().stream().map(Serialization::asYaml).collect(Collectors.joining())
                + client.pods().inNamespace(namespace).list().getItems().stream()
                        .map(
                                pod ->
                                        pod.getMetadata().getName()
                                                + " on "
                                                + pod.getSpec().getNodeName()
                                                + ": "
                                                + pod.getStatus().getPhase()
                                                + " deleted "
                                                + pod.getMetadata().getDeletionTimestamp())
                        .collect(Collectors.joining("\n"))
                + "\n"
                + String.join("\n", events(migration));
    }

    public List<String> events(HasMetadata about) {
        return eventsAbout(about).map(Event::getReason).toList();
    }

    /** Waits until all of these were told: an event follows the change that it tells of. */
    public void awaitEvents(HasMetadata about, String... reasons) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(events(about)).contains(reasons));
    }

    /** The first event of this reason. */
    public Optional<Event> event(HasMetadata about, String reason) {
        return eventsAbout(about).filter(event -> reason.equals(event.getReason())).findFirst();
    }

    private Stream<Event> eventsAbout(HasMetadata about) {
        return client.v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(
                        event ->
                                about.getMetadata()
                                        .getUid()
                                        .equals(event.getInvolvedObject().getUid()));
    }

    /** PodCheckpoints and PodRestores that exist. */
    public List<HasMetadata> halves() {
        List<HasMetadata> halves =
                new java.util.ArrayList<>(
                        client.resources(PodCheckpoint.class)
                                .inNamespace(namespace)
                                .list()
                                .getItems());
        halves.addAll(client.resources(PodRestore.class).inNamespace(namespace).list().getItems());
        return halves;
    }

    public List<Pod> pods() {
        return client.pods().inNamespace(namespace).list().getItems();
    }

    /** The names of all pods, with their nodes. */
    public Map<String, String> places() {
        return pods().stream()
                .collect(
                        Collectors.toMap(
                                pod -> pod.getMetadata().getName(),
                                pod -> String.valueOf(pod.getSpec().getNodeName())));
    }

    public void startOperator() {
        startOperator(new KubernetesClientBuilder().withConfig(operatorConfig).build());
    }

    /** Operators that are started from now on know these programs. */
    public void plugins(Workloads known) {
        workloads = known;
    }

    /** Operators that are started from now on delete what ended so long ago. */
    public void keepEnded(Duration time) {
        retention = Optional.of(time);
    }

    /** How an operator reaches the server, with its rights and no more. */
    public Config operatorConfig() {
        return operatorConfig;
    }

    /** Starts an operator that uses this client and closes it. */
    public void startOperator(KubernetesClient own) {
        Operator started =
                new Operator(
                        configuration ->
                                configuration
                                        .withKubernetesClient(own)
                                        .withUseSSAToPatchPrimaryResource(false)
                                        .withMetrics(
                                                MicrometerMetrics.withoutPerResourceMetrics(
                                                        registry))
                                        .withCloseClientOnStop(false));
        started.register(
                new MigrationReconciler(
                        LIMITS,
                        retention,
                        workloads,
                        new MigrationMetrics(registry),
                        Clock.systemUTC()),
                configuration ->
                        configuration
                                .settingNamespaces(namespace)
                                .withRetry(
                                        new GenericRetry()
                                                .setInitialInterval(50)
                                                .setIntervalMultiplier(1.5)
                                                .setMaxInterval(500)
                                                .withoutMaxAttempts()));
        started.start();
        operator = started;
        operatorClient = own;
    }

    /** Rounds of the operator that ended with an exception, and were tried again. */
    public double failedRounds() {
        return count("operator.sdk.reconciliations.failed");
    }

    /** Rounds of the operator that ended well. */
    public double rounds() {
        return count("operator.sdk.reconciliations.success");
    }

    private double count(String name) {
        return registry.find(name).counters().stream().mapToDouble(Counter::count).sum();
    }

    /** From now on the API server refuses this to the operator. */
    public Refusal refuse(String operation, String group, String resource) {
        return new Refusal(client, operatorConfig, namespace, operation, group, resource);
    }

    /** Ends the operator as a shutdown does, in the middle of whatever it does. */
    public void endOperator() {
        operator.stop();
    }

    public void stopOperator() {
        if (operator != null) {
            operator.stop();
            operatorClient.close();
            operator = null;
        }
    }

    @Override
    public void close() {
        stopOperator();
        agents.close();
        kubelet.close();
    }
}
