package dev.podmigration.workload.flink.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationSpec;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.Move;
import dev.podmigration.workload.MovingPod;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.Step;
import dev.podmigration.workload.flink.detect.FlinkDetector;
import dev.podmigration.workload.flink.rest.TriggerId;
import dev.podmigration.workload.flink.strategy.FlinkThroughDeployment;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The Flink Kubernetes operator is a stand-in here; the API server and its objects are real. */
@ExtendWith(ApiServerExtension.class)
class MovesThroughFlinkDeploymentIT {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final MigrationStrategy strategy = new FlinkThroughDeployment();
    private final String migrationUid = UUID.randomUUID().toString();
    private KubernetesClient client;
    private Namespace namespace;
    private StandInFlinkOperator flinkOperator;
    private Pod source;
    private Map<String, String> memory = Map.of();
    private @Nullable String wantedNode;

    @BeforeEach
    void start(ApiServer server) {
        client = server.client();
        String name = server.newNamespace("flink");
        namespace = new ClusterNamespace(client, name);
        client.resource(
                        Serialization.unmarshal(
                                getClass().getResourceAsStream("/flinkdeployments.yaml"),
                                CustomResourceDefinition.class))
                .serverSideApply();
        await("the FlinkDeployment's kind")
                .atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(
                        () -> {
                            create(name);
                            return true;
                        });
        flinkOperator = new StandInFlinkOperator(client, name, "orders");
        flinkOperator.reconcile();
        flinkOperator.reconcile();
        source = flinkOperator.taskManager();
    }

    private void create(String name) {
        client.resource(
                        """
                        apiVersion: flink.apache.org/v1beta1
                        kind: FlinkDeployment
                        metadata:
                          name: orders
                          namespace: %s
                        spec:
                          image: flink:2.3.0
                          mode: native
                          restartNonce: 3
                          podTemplate:
                            spec:
                              priorityClassName: streaming
                              affinity:
                                nodeAffinity:
                                  requiredDuringSchedulingIgnoredDuringExecution:
                                    nodeSelectorTerms:
                                      - matchExpressions:
                                          - {key: disk, operator: In, values: [ssd]}
                                      - matchExpressions:
                                          - {key: disk, operator: In, values: [nvme]}
                          taskManager: {replicas: 1}
                          job: {jarURI: "local:///job.jar", parallelism: 1, state: running, upgradeMode: last-state}
                        """
                                .formatted(name))
                .create();
    }

    @Test
    void theFlinkOperatorMovesTheJobWithASavepoint() {
        assertThat(strategy.replacesPod()).isFalse();
        assertThat(strategy.assess(move(), namespace).refusal()).isEmpty();
        Progress moved = run(StrategyStage.Move);
        assertThat(moved).isInstanceOf(Progress.MovedByOwner.class);
        Pod target = flinkOperator.taskManager();
        assertThat(((Progress.MovedByOwner) moved).podName())
                .isEqualTo(target.getMetadata().getName());
        assertThat(target.getSpec().getNodeName()).isNotEqualTo(source.getSpec().getNodeName());
        assertThat(flinkOperator.upgrades).containsExactly("savepoint [node-b, node-c]");
        assertThat(run(StrategyStage.AfterMove)).isInstanceOf(Progress.Done.class);
    }

    @Test
    void theNodeThatTheUserWantsIsTheOnlyOne() {
        wantedNode = "node-c";
        assertThat(run(StrategyStage.Move)).isInstanceOf(Progress.MovedByOwner.class);
        assertThat(flinkOperator.upgrades).containsExactly("savepoint [node-c]");
    }

    @Test
    void conditionsThatWereThereStayInEveryAlternative() {
        run(StrategyStage.Move);
        JsonNode terms =
                spec().path("taskManager")
                        .path("podTemplate")
                        .path("spec")
                        .path("affinity")
                        .path("nodeAffinity")
                        .path("requiredDuringSchedulingIgnoredDuringExecution")
                        .path("nodeSelectorTerms");
        assertThat(terms).hasSize(2);
        assertThat(terms.toString()).contains("ssd", "nvme");
        assertThat(terms).allSatisfy(term -> assertThat(term.path("matchFields")).hasSize(1));
        assertThat(spec().path("podTemplate").path("spec").path("priorityClassName").asText())
                .isEqualTo("streaming");
    }

    /** An operator that ends between the change and the note of it. */
    @Test
    void aChangeThatIsMadeTwiceIsOneUpgrade() {
        step(StrategyStage.Move, Instant.now());
        Map<String, String> remembered = memory;
        step(StrategyStage.Move, Instant.now());
        memory = remembered;
        assertThat(run(StrategyStage.Move)).isInstanceOf(Progress.MovedByOwner.class);
        assertThat(flinkOperator.upgrades).hasSize(1);
    }

    @Test
    void aSuspendedDeploymentIsRefused() {
        edit("{\"spec\":{\"job\":{\"state\":\"suspended\"}}}");
        assertRefusedUntouched(FailureReason.FlinkDeploymentSuspended);
    }

    @Test
    void aDeploymentThatIsBeingUpgradedIsRefused() {
        edit("{\"spec\":{\"restartNonce\":4}}");
        assertRefusedUntouched(FailureReason.FlinkDeploymentNotStable);
        flinkOperator.reconcile();
        assertRefusedUntouched(FailureReason.FlinkDeploymentNotStable);
    }

    @Test
    void aSessionClusterOfTheFlinkOperatorIsRefused() {
        edit("{\"spec\":{\"job\":null}}");
        assertRefusedUntouched(FailureReason.FlinkSeveralJobs);
    }

    @Test
    void aPodWithoutItsDeploymentIsRefused() {
        client.resource(flinkOperator.get()).delete();
        assertThat(strategy.assess(move(), namespace).refusal().orElseThrow().getReason())
                .isEqualTo(FailureReason.FlinkDeploymentNotStable);
    }

    @Test
    void anUpgradeThatFailsIsReportedAndTakenBack() {
        flinkOperator.failUpgrade = "JobManager deployment is missing";
        JsonNode before = spec();
        Progress progress = run(StrategyStage.Move);
        assertThat(progress).isInstanceOf(Progress.Refused.class);
        var failure = ((Progress.Refused) progress).failure();
        assertThat(failure.getReason()).isEqualTo(FailureReason.FlinkDeploymentNotStable);
        assertThat(failure.getMessage()).contains("JobManager deployment is missing");
        assertThat(run(StrategyStage.Undo)).isInstanceOf(Progress.Done.class);
        assertThat(spec()).isEqualTo(before);
    }

    @Test
    void anUpgradeThatDoesNotEndIsGivenUp() {
        flinkOperator.hangs = true;
        step(StrategyStage.Move, Instant.now());
        step(StrategyStage.Move, Instant.now());
        flinkOperator.reconcile();
        Progress progress = step(StrategyStage.Move, Instant.now().plusSeconds(595));
        assertThat(((Progress.Refused) progress).failure().getReason())
                .isEqualTo(FailureReason.FlinkDeploymentNotStable);
    }

    @Test
    void nothingIsTakenBackThatWasNotChanged() {
        JsonNode before = spec();
        assertThat(run(StrategyStage.Undo)).isInstanceOf(Progress.Done.class);
        assertThat(spec()).isEqualTo(before);
    }

    private void assertRefusedUntouched(FailureReason reason) {
        JsonNode before = spec();
        assertThat(strategy.assess(move(), namespace).refusal().orElseThrow().getReason())
                .isEqualTo(reason);
        Progress progress = step(StrategyStage.Move, Instant.now());
        assertThat(((Progress.Refused) progress).failure().getReason()).isEqualTo(reason);
        assertThat(spec()).isEqualTo(before);
    }

    private JsonNode spec() {
        return MAPPER.valueToTree(flinkOperator.get()).path("spec");
    }

    private void edit(String patch) {
        client.genericKubernetesResources(
                        StandInFlinkOperator.API_VERSION, StandInFlinkOperator.KIND)
                .inNamespace(namespace.name())
                .withName("orders")
                .patch(
                        io.fabric8.kubernetes.client.dsl.base.PatchContext.of(
                                io.fabric8.kubernetes.client.dsl.base.PatchType.JSON_MERGE),
                        patch);
    }

    private Move move() {
        PodMigration migration = new PodMigration();
        migration.getMetadata().setUid(migrationUid);
        PodMigrationSpec spec = new PodMigrationSpec();
        spec.getTarget().setNodeName(wantedNode);
        migration.setSpec(spec);
        migration.setStatus(new PodMigrationStatus());
        MovingPod pod = new MovingPod(Optional.of(source), List.of(), Optional.empty());
        return new Move(migration, List.of(pod), new FlinkDetector().detect(pod).stream().toList());
    }

    private Progress run(StrategyStage stage) {
        for (int i = 0; i < 30; i++) {
            Progress progress = step(stage, Instant.now());
            if (!(progress instanceof Progress.Waiting)) {
                return progress;
            }
            flinkOperator.reconcile();
        }
        throw new AssertionError("no end of " + stage + ": " + spec());
    }

    private Progress step(StrategyStage stage, Instant now) {
        Step step =
                new Step(
                        move(),
                        memory,
                        TriggerId.of(migrationUid, stage.name()).value(),
                        false,
                        List.of("node-b"),
                        now,
                        Instant.now().plus(strategy.limit(stage)),
                        namespace);
        Progress progress =
                switch (stage) {
                    case Move -> strategy.move(step);
                    case AfterMove -> strategy.afterMove(step);
                    case Undo -> strategy.undo(step);
                    default -> throw new IllegalArgumentException(stage.name());
                };
        memory = progress.memory();
        return progress;
    }
}
