package dev.podmigration.operator.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.PodMigration;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class TargetPodTest {

    private static final String TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";

    private static final Pod SOURCE =
            new PodBuilder()
                    .withNewMetadata()
                    .withName("app")
                    .withNamespace("ns")
                    .withUid("source-uid")
                    .withResourceVersion("7")
                    .addToLabels("app", "web")
                    .addToLabels("pod-template-hash", "5d4f8")
                    .addToAnnotations("team", "blue")
                    .addToAnnotations("cni.projectcalico.org/podIP", "10.0.0.1/32")
                    .addToOwnerReferences(
                            new OwnerReferenceBuilder()
                                    .withApiVersion("apps/v1")
                                    .withKind("ReplicaSet")
                                    .withName("web")
                                    .withUid("set-uid")
                                    .withController(true)
                                    .build())
                    .endMetadata()
                    .withNewSpec()
                    .withNodeName("node-a")
                    .withServiceAccountName("web")
                    .withPriority(100)
                    .withPriorityClassName("high")
                    .withPreemptionPolicy("Never")
                    .addNewToleration()
                    .withKey("dedicated")
                    .withOperator("Exists")
                    .endToleration()
                    .addNewInitContainer()
                    .withName("migrate-schema")
                    .endInitContainer()
                    .addNewInitContainer()
                    .withName("proxy")
                    .withRestartPolicy("Always")
                    .endInitContainer()
                    .addNewContainer()
                    .withName("main")
                    .withImage("example.org/app:1")
                    .withNewLifecycle()
                    .withNewPostStart()
                    .withNewExec()
                    .withCommand("touch", "/started")
                    .endExec()
                    .endPostStart()
                    .withNewPreStop()
                    .withNewExec()
                    .withCommand("drain")
                    .endExec()
                    .endPreStop()
                    .endLifecycle()
                    .addNewVolumeMount()
                    .withName("kube-api-access-abcde")
                    .withMountPath(TOKEN_PATH)
                    .endVolumeMount()
                    .endContainer()
                    .addNewEphemeralContainer()
                    .withName("debug")
                    .endEphemeralContainer()
                    .addNewVolume()
                    .withName("kube-api-access-abcde")
                    .withNewProjected()
                    .endProjected()
                    .endVolume()
                    .endSpec()
                    .withNewStatus()
                    .withPhase("Running")
                    .endStatus()
                    .build();

    private final Pod target = make(SOURCE);

    @Test
    void itIsAnotherPodWithTheLauncherAsRuntime() {
        assertThat(target.getMetadata().getName()).matches("app-[b-z2-9]{5}");
        assertThat(target.getMetadata().getUid()).isNull();
        assertThat(target.getMetadata().getResourceVersion()).isNull();
        assertThat(target.getMetadata().getOwnerReferences()).isEmpty();
        assertThat(target.getStatus()).isNull();
        assertThat(target.getSpec().getNodeName()).isNull();
        assertThat(target.getSpec().getRuntimeClassName()).isEqualTo("podmigration");
        assertThat(target.getMetadata().getAnnotations())
                .containsEntry("podmigration.dev/restore", "move-x")
                .containsEntry("team", "blue")
                .doesNotContainKey("cni.projectcalico.org/podIP");
        assertThat(target.getMetadata().getLabels())
                .containsEntry("podmigration.dev/restored", "true")
                .containsEntry("app", "web")
                .doesNotContainKey("pod-template-hash");
        assertThat(WithheldLabels.recordedOn(target))
                .isEqualTo(Map.of("pod-template-hash", "5d4f8"));
    }

    @Test
    void aProgramInItSeesTheSamePod() {
        assertThat(target.getSpec().getServiceAccountName()).isEqualTo("web");
        assertThat(target.getSpec().getTolerations()).isEqualTo(SOURCE.getSpec().getTolerations());
        assertThat(target.getSpec().getVolumes()).isEqualTo(SOURCE.getSpec().getVolumes());
        assertThat(target.getSpec().getHostname()).isEqualTo("app");
        Container container = target.getSpec().getContainers().getFirst();
        assertThat(container.getImage()).isEqualTo("example.org/app:1");
        assertThat(container.getVolumeMounts())
                .singleElement()
                .satisfies(mount -> assertThat(mount.getMountPath()).isEqualTo(TOKEN_PATH));
    }

    @Test
    void whatRanWhenTheSourceStartedDoesNotRunAgain() {
        assertThat(target.getSpec().getInitContainers())
                .extracting(Container::getName)
                .containsExactly("proxy");
        Container container = target.getSpec().getContainers().getFirst();
        assertThat(container.getLifecycle().getPostStart()).isNull();
        assertThat(container.getLifecycle().getPreStop()).isNotNull();
        assertThat(target.getSpec().getEphemeralContainers()).isEmpty();
    }

    @Test
    void whatAdmissionComputesIsLeftToIt() {
        assertThat(target.getSpec().getPriority()).isNull();
        assertThat(target.getSpec().getPreemptionPolicy()).isNull();
        assertThat(target.getSpec().getPriorityClassName()).isEqualTo("high");
    }

    @Test
    void theSourceIsNotChanged() {
        assertThat(SOURCE.getSpec().getNodeName()).isEqualTo("node-a");
        assertThat(SOURCE.getSpec().getContainers().getFirst().getLifecycle().getPostStart())
                .isNotNull();
    }

    @Test
    void aPodThatMovesAgainKeepsItsFirstNameAndHostName() {
        Pod again =
                make(
                        new PodBuilder(target)
                                .editMetadata()
                                .withUid("second-uid")
                                .endMetadata()
                                .build());

        assertThat(TargetName.base(again)).isEqualTo("app");
        assertThat(again.getSpec().getHostname()).isEqualTo("app");
        assertThat(terms(again)).as("not the nodes of the first move").hasSize(1);
    }

    @Test
    void everyDemandOnNodesIsKeptForEveryAllowedNode() {
        Pod demanding =
                new PodBuilder(SOURCE)
                        .editSpec()
                        .withNewAffinity()
                        .withNewNodeAffinity()
                        .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .addNewNodeSelectorTerm()
                        .addNewMatchExpression()
                        .withKey("disk")
                        .withOperator("In")
                        .withValues("ssd")
                        .endMatchExpression()
                        .endNodeSelectorTerm()
                        .addNewNodeSelectorTerm()
                        .addNewMatchExpression()
                        .withKey("disk")
                        .withOperator("In")
                        .withValues("nvme")
                        .endMatchExpression()
                        .endNodeSelectorTerm()
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endNodeAffinity()
                        .endAffinity()
                        .endSpec()
                        .build();

        Pod made =
                TargetPod.from(demanding, migration(), Map.of(), new Placement(List.of("b", "c")));

        assertThat(terms(made))
                .hasSize(4)
                .allSatisfy(
                        term -> {
                            assertThat(term.getMatchExpressions()).hasSize(1);
                            // The API server takes a single value for a field.
                            assertThat(term.getMatchFields())
                                    .singleElement()
                                    .satisfies(field -> assertThat(field.getValues()).hasSize(1));
                        });
    }

    @Test
    void aLongNameLeavesRoomForTheSuffix() {
        Pod longName =
                new PodBuilder(SOURCE)
                        .editMetadata()
                        .withName("a".repeat(56) + "-bc")
                        .endMetadata()
                        .build();

        assertThat(make(longName).getMetadata().getName())
                .hasSizeLessThanOrEqualTo(63)
                .doesNotContain("--");
        assertThat(make(longName).getSpec().getHostname())
                .isEqualTo(longName.getMetadata().getName());
    }

    @Test
    void aNameWithDotsIsNoHostName() {
        Pod dotted =
                new PodBuilder(SOURCE).editMetadata().withName("app.example").endMetadata().build();

        assertThat(make(dotted).getSpec().getHostname()).isNull();
    }

    private static List<NodeSelectorTerm> terms(Pod pod) {
        return pod.getSpec()
                .getAffinity()
                .getNodeAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution()
                .getNodeSelectorTerms();
    }

    private static Pod make(Pod source) {
        return TargetPod.from(
                source,
                migration(),
                Map.of("pod-template-hash", "5d4f8"),
                new Placement(List.of("node-b")));
    }

    private static PodMigration migration() {
        PodMigration migration = new PodMigration();
        migration.getMetadata().setName("move");
        migration.getMetadata().setUid("migration-uid");
        migration.getStatus().setRestoreName("move-x");
        return migration;
    }
}
