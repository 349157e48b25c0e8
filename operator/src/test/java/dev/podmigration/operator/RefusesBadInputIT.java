package dev.podmigration.operator;

import static dev.podmigration.api.v1alpha1.FailureReason.AddressNotKeepable;
import static dev.podmigration.api.v1alpha1.FailureReason.AgentUnreachable;
import static dev.podmigration.api.v1alpha1.FailureReason.AlreadyMigrating;
import static dev.podmigration.api.v1alpha1.FailureReason.ArchitectureMismatch;
import static dev.podmigration.api.v1alpha1.FailureReason.CheckpointNotSupported;
import static dev.podmigration.api.v1alpha1.FailureReason.CpuMismatch;
import static dev.podmigration.api.v1alpha1.FailureReason.DeviceInUse;
import static dev.podmigration.api.v1alpha1.FailureReason.HostNamespaces;
import static dev.podmigration.api.v1alpha1.FailureReason.HostNetwork;
import static dev.podmigration.api.v1alpha1.FailureReason.HostPathVolume;
import static dev.podmigration.api.v1alpha1.FailureReason.IoUringInUse;
import static dev.podmigration.api.v1alpha1.FailureReason.NoEligibleNode;
import static dev.podmigration.api.v1alpha1.FailureReason.NoProvedAgent;
import static dev.podmigration.api.v1alpha1.FailureReason.NodeCordoned;
import static dev.podmigration.api.v1alpha1.FailureReason.NodeNotFound;
import static dev.podmigration.api.v1alpha1.FailureReason.NodeNotReady;
import static dev.podmigration.api.v1alpha1.FailureReason.OptionNotSupported;
import static dev.podmigration.api.v1alpha1.FailureReason.OwnerNotSupported;
import static dev.podmigration.api.v1alpha1.FailureReason.PodBeingDeleted;
import static dev.podmigration.api.v1alpha1.FailureReason.PodMoved;
import static dev.podmigration.api.v1alpha1.FailureReason.PodNameNotKeepable;
import static dev.podmigration.api.v1alpha1.FailureReason.PodNotFound;
import static dev.podmigration.api.v1alpha1.FailureReason.SameNode;
import static dev.podmigration.api.v1alpha1.FailureReason.TargetMemoryTooSmall;
import static dev.podmigration.api.v1alpha1.FailureReason.TargetUnschedulable;
import static dev.podmigration.api.v1alpha1.FailureReason.VolumeNotMovable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.Ability;
import dev.podmigration.api.v1alpha1.AddressMode;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationSpec;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodNameMode;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;
import dev.podmigration.operator.fakes.Stage;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.TaintBuilder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Each row ends with its reason and a remedy, before anything was touched, and leaves nothing. */
@ExtendWith(ApiServerExtension.class)
class RefusesBadInputIT {

    /** One thing that is wrong: with the pod, with the cluster, or with the wish. */
    record Row(
            String name,
            FailureReason reason,
            Consumer<PodBuilder> pod,
            Consumer<Stage> world,
            Consumer<PodMigrationSpec> wish) {

        @Override
        public String toString() {
            return name;
        }
    }

    private Stage stage;

    @BeforeEach
    void start(ApiServer server) {
        stage = new Stage(server);
        stage.startOperator();
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    static Stream<Row> rows() {
        return Stream.of(
                wish("unknown pod", PodNotFound, spec -> spec.getPod().setName("nobody")),
                wish(
                        "pod expected elsewhere",
                        PodMoved,
                        spec -> spec.getPod().setNodeName("elsewhere")),
                wish("unknown node", NodeNotFound, spec -> spec.getTarget().setNodeName("nowhere")),
                new Row(
                        "kept name of a pod with a finalizer",
                        PodNameNotKeepable,
                        pod -> pod.editMetadata().addToFinalizers("example.org/hold").endMetadata(),
                        _ -> {},
                        RefusesBadInputIT::keepName),
                new Row(
                        "kept name of a pod of a ReplicaSet",
                        PodNameNotKeepable,
                        pod ->
                                pod.editMetadata()
                                        .addToOwnerReferences(
                                                new OwnerReferenceBuilder()
                                                        .withApiVersion("apps/v1")
                                                        .withKind("ReplicaSet")
                                                        .withName("web")
                                                        .withUid("1")
                                                        .withController(true)
                                                        .build())
                                        .endMetadata(),
                        _ -> {},
                        RefusesBadInputIT::keepName),
                new Row(
                        "kept name of a pod whose containers are not started again",
                        PodNameNotKeepable,
                        pod ->
                                pod.editSpec()
                                        .withRestartPolicy("Never")
                                        .addNewContainer()
                                        .withName("side")
                                        .withImage("example.org/side:1")
                                        .endContainer()
                                        .endSpec(),
                        _ -> {},
                        RefusesBadInputIT::keepName),
                new Row(
                        "kept name and a taint",
                        TargetUnschedulable,
                        _ -> {},
                        stage ->
                                stage.changeNode(
                                        stage.target(),
                                        node ->
                                                node.getSpec()
                                                        .setTaints(
                                                                List.of(
                                                                        new TaintBuilder()
                                                                                .withKey("special")
                                                                                .withEffect(
                                                                                        "NoSchedule")
                                                                                .build()))),
                        RefusesBadInputIT::keepName),
                wish(
                        "no node with the labels",
                        NoEligibleNode,
                        spec -> {
                            spec.getTarget().setNodeName(null);
                            spec.getTarget().setNodeSelector(Map.of("disk", "none"));
                        }),
                world(
                        "cordoned node",
                        NodeCordoned,
                        stage ->
                                stage.changeNode(
                                        stage.target(),
                                        node -> node.getSpec().setUnschedulable(true))),
                world(
                        "node not ready",
                        NodeNotReady,
                        stage ->
                                stage.changeNodeStatus(
                                        stage.target(),
                                        node ->
                                                node.getStatus()
                                                        .getConditions()
                                                        .getFirst()
                                                        .setStatus("False"))),
                world(
                        "node with little memory",
                        TargetMemoryTooSmall,
                        stage ->
                                stage.changeNodeStatus(
                                        stage.target(),
                                        node ->
                                                node.getStatus()
                                                        .getAllocatable()
                                                        .put("memory", new Quantity("100Mi")))),
                world(
                        "agent without proof",
                        NoProvedAgent,
                        stage ->
                                stage.changeAgent(
                                        stage.target(),
                                        status ->
                                                status.getConditions()
                                                        .getFirst()
                                                        .setStatus("False"))),
                world(
                        "agent that is silent",
                        NoProvedAgent,
                        stage ->
                                stage.changeAgent(
                                        stage.target(),
                                        status ->
                                                status.setObservedAt(
                                                        "2026-01-01T00:00:00.000000Z"))),
                world(
                        "other architecture",
                        ArchitectureMismatch,
                        stage ->
                                stage.changeAgent(
                                        stage.target(), status -> status.setArchitecture("arm64"))),
                world(
                        "lesser processor",
                        CpuMismatch,
                        stage ->
                                stage.changeAgent(
                                        stage.target(),
                                        status -> status.setCpuFeatures(List.of("sse4_2")))),
                new Row(
                        "address that cannot be kept",
                        AddressNotKeepable,
                        _ -> {},
                        stage ->
                                stage.changeAgent(
                                        stage.target(),
                                        status -> status.getNetwork().setKeepable(false)),
                        spec -> spec.getNetwork().setAddress(AddressMode.Keep)),
                new Row(
                        "option that a node cannot do",
                        OptionNotSupported,
                        _ -> {},
                        stage ->
                                stage.changeAgent(
                                        stage.target(),
                                        status ->
                                                status.setAbilities(
                                                        List.of(
                                                                Ability.of(
                                                                        "TcpEstablished",
                                                                        false,
                                                                        "it was closed")))),
                        spec -> spec.getCheckpoint().setTcpEstablished(true)),
                pod(
                        "host network",
                        HostNetwork,
                        pod -> pod.editSpec().withHostNetwork(true).endSpec()),
                pod(
                        "host process namespace",
                        HostNamespaces,
                        pod -> pod.editSpec().withHostPID(true).endSpec()),
                pod(
                        "device",
                        DeviceInUse,
                        pod ->
                                pod.editSpec()
                                        .editContainer(0)
                                        .withNewResources()
                                        .addToLimits("example.org/gpu", new Quantity("1"))
                                        .endResources()
                                        .endContainer()
                                        .endSpec()),
                pod(
                        "hostPath volume",
                        HostPathVolume,
                        pod ->
                                pod.editSpec()
                                        .addNewVolume()
                                        .withName("node")
                                        .withNewHostPath()
                                        .withPath("/srv")
                                        .endHostPath()
                                        .endVolume()
                                        .endSpec()),
                new Row(
                        "volume for one node",
                        VolumeNotMovable,
                        pod ->
                                pod.editSpec()
                                        .addNewVolume()
                                        .withName("data")
                                        .withNewPersistentVolumeClaim()
                                        .withClaimName("data")
                                        .endPersistentVolumeClaim()
                                        .endVolume()
                                        .endSpec(),
                        RefusesBadInputIT::claimForOneNode,
                        _ -> {}),
                pod(
                        "owner that is no ReplicaSet",
                        OwnerNotSupported,
                        pod ->
                                pod.editMetadata()
                                        .addToOwnerReferences(
                                                new OwnerReferenceBuilder()
                                                        .withApiVersion("apps/v1")
                                                        .withKind("StatefulSet")
                                                        .withName("db")
                                                        .withUid("1")
                                                        .withController(true)
                                                        .build())
                                        .endMetadata()),
                pod(
                        "other runtime class",
                        CheckpointNotSupported,
                        pod -> pod.editSpec().withRuntimeClassName("podmigration-none").endSpec()));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void isRefusedWithAReasonAndARemedy(Row row) {
        if (row.reason() == CheckpointNotSupported) {
            stage.addRuntimeClass("podmigration-none");
        }
        row.world().accept(stage);
        stage.runPod("app", row.pod());

        PodMigration ended = stage.awaitEnd(stage.migrate("app", row.wish()));

        PodMigrationStatus status = ended.getStatus();
        assertThat(status.getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.Failed);
        assertThat(status.getFailure().getReason()).isEqualTo(row.reason());
        assertThat(status.getFailure().getMessage()).isNotBlank();
        assertThat(status.getFailure().getRemedy()).isNotBlank();
        assertThat(status.getFindings()).extracting(Finding::getReason).contains(row.reason());
        assertThat(stage.halves()).isEmpty();
        assertThat(stage.places()).containsOnlyKeys("app").containsValue(stage.source());
        stage.awaitEvents(ended, row.reason().name());
    }

    @Test
    void thePodsOwnNodeIsNoTarget() {
        stage.runPod("app");

        PodMigration ended =
                stage.awaitEnd(
                        stage.migrate("app", spec -> spec.getTarget().setNodeName(stage.source())));

        assertThat(ended.getStatus().getFailure().getReason()).isEqualTo(SameNode);
    }

    @Test
    void aPodThatIsBeingDeletedStays() {
        stage.kubelet().ignoreDeletions();
        stage.client().resource(stage.runPod("app")).delete();

        PodMigration ended = stage.awaitEnd(stage.migrate("app"));

        assertThat(ended.getStatus().getFailure().getReason()).isEqualTo(PodBeingDeleted);
    }

    @Test
    void aPodThatIsOnItsWayIsNotMovedASecondTime() {
        stage.runPod("app");
        stage.agents().hold(PodCheckpointPhase.Prepared);
        PodMigration first = stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Preparing);

        PodMigration second = stage.awaitEnd(stage.migrate("app"));

        assertThat(second.getStatus().getFailure().getReason()).isEqualTo(AlreadyMigrating);
        stage.agents().release(PodCheckpointPhase.Prepared);
        assertThat(stage.awaitEnd(first).getStatus().getPhase())
                .isEqualTo(PodMigrationPhase.Succeeded);
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() {
        stage.changeNode(stage.target(), node -> node.getSpec().setUnschedulable(true));
        stage.runPod(
                "app", pod -> pod.editSpec().withHostNetwork(true).withHostPID(true).endSpec());

        PodMigration ended = stage.awaitEnd(stage.migrate("app"));

        assertThat(ended.getStatus().getFindings())
                .extracting(Finding::getReason)
                .contains(HostNetwork, HostNamespaces, NodeCordoned);
    }

    @Test
    void whatTheSourceAgentRefusesIsRefused() {
        stage.runPod("app");
        stage.agents()
                .find(Finding.refused("IoUring", IoUringInUse, "Container main uses io_uring."));

        PodMigration ended = stage.awaitEnd(stage.migrate("app"));

        assertThat(ended.getStatus().getPhase()).isEqualTo(PodMigrationPhase.Failed);
        assertThat(ended.getStatus().getFailure().getReason()).isEqualTo(IoUringInUse);
        assertThat(stage.halves()).isEmpty();
    }

    @Test
    void aSourceAgentThatDoesNotAnswerIsUnreachable() {
        stage.runPod("app");
        stage.agents().silenceSource();

        PodMigration ended = stage.awaitEnd(stage.migrate("app"));

        assertThat(ended.getStatus().getPhase()).isEqualTo(PodMigrationPhase.Failed);
        assertThat(ended.getStatus().getFailure().getReason()).isEqualTo(AgentUnreachable);
    }

    private static void keepName(PodMigrationSpec spec) {
        spec.getTarget().setPodName(PodNameMode.Keep);
    }

    private static void claimForOneNode(Stage stage) {
        stage.client()
                .resource(
                        new PersistentVolumeClaimBuilder()
                                .withNewMetadata()
                                .withName("data")
                                .withNamespace(stage.namespace())
                                .endMetadata()
                                .withNewSpec()
                                .withAccessModes("ReadWriteOnce")
                                .withNewResources()
                                .addToRequests("storage", new Quantity("1Gi"))
                                .endResources()
                                .endSpec()
                                .build())
                .create();
    }

    private static Row pod(String name, FailureReason reason, Consumer<PodBuilder> pod) {
        return new Row(name, reason, pod, _ -> {}, _ -> {});
    }

    private static Row world(String name, FailureReason reason, Consumer<Stage> world) {
        return new Row(name, reason, _ -> {}, world, _ -> {});
    }

    private static Row wish(String name, FailureReason reason, Consumer<PodMigrationSpec> wish) {
        return new Row(name, reason, _ -> {}, _ -> {}, wish);
    }
}
