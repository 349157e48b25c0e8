package dev.podmigration.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.Peer;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointSpec;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestoreSpec;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Agents run as root: who may give them orders. */
@ExtendWith(ApiServerExtension.class)
class HalvesPolicyIT {

    private static final String POLICY = "podmigration-halves";
    private static final String OPERATOR =
            "system:serviceaccount:" + Chart.NAMESPACE + ":podmigration-operator";
    private static final PolicyRule CHECKPOINTS =
            Users.rule("podmigration.dev", "podcheckpoints", "create", "patch", "update", "get");
    private static final PolicyRule RESTORES =
            Users.rule("podmigration.dev", "podrestores", "create", "patch", "update", "get");
    private static final PolicyRule EXEC = Users.rule("", "pods/exec", "create");

    private final ApiServer server;
    private final Users users;

    HalvesPolicyIT(ApiServer server) {
        this.server = server;
        users = new Users(server, server.newNamespace("halves-policy"));
    }

    @BeforeEach
    void installTheChartsPolicy() {
        policies(Map.of()).forEach(policy -> server.client().resource(policy).serverSideApply());
        users.grant("nobody", CHECKPOINTS);
        await().atMost(Users.PATIENCE)
                .until(() -> refusal("nobody", create(CheckpointGoal.Inspect)) != null);
    }

    @AfterEach
    void removeIt() {
        policies(Map.of()).forEach(policy -> server.client().resource(policy).delete());
    }

    @Test
    void whoMayRunCommandsInThePodMayTakeAnArchiveOfIt() {
        users.grant("debugger", CHECKPOINTS, EXEC);

        users.assertAllowed("debugger", create(CheckpointGoal.Archive));
        users.assertAllowed("debugger", create(CheckpointGoal.Inspect));
    }

    @Test
    void whoMayNotIsToldWhatIsMissing() {
        users.grant("reader", CHECKPOINTS, Users.rule("", "pods", "get", "create", "delete"));

        assertRefused(
                "reader",
                create(CheckpointGoal.Archive),
                "NotPermitted: reader may not run commands in pod app in namespace "
                        + users.namespace(),
                "pods/exec");
    }

    @Test
    void itIsAskedForThisVeryPod() {
        users.grant("narrow", CHECKPOINTS, Users.onlyFor("other", EXEC));

        assertRefused("narrow", create(CheckpointGoal.Archive), "in pod app");
    }

    @Test
    void nobodyButTheOperatorMovesAPod() {
        users.grant("debugger", CHECKPOINTS, EXEC);
        users.grant(OPERATOR, CHECKPOINTS);

        for (CheckpointGoal goal :
                List.of(CheckpointGoal.Prepare, CheckpointGoal.Migrate, CheckpointGoal.RollBack)) {
            assertRefused("debugger", create(goal), "may not set the goal " + goal);
            users.assertAllowed(OPERATOR, create(goal));
        }
    }

    @Test
    void whoLooksIntoAPodDoesNotMoveItLater() {
        users.grant("debugger", CHECKPOINTS, EXEC);
        PodCheckpoint looking =
                server.client().resource(checkpoint(CheckpointGoal.Inspect)).create();

        assertRefused("debugger", change(looking, CheckpointGoal.Migrate), "may not set the goal");
        users.assertAllowed("debugger", change(looking, CheckpointGoal.Archive));
        users.assertAllowed("debugger", change(looking, CheckpointGoal.RollBack));
    }

    @Test
    void aMigrationUnderWayIsRolledBackByTheOperatorAlone() {
        users.grant("debugger", CHECKPOINTS, EXEC);
        users.grant(OPERATOR, CHECKPOINTS);
        PodCheckpoint moving = checkpoint(CheckpointGoal.Prepare);
        moving.getMetadata().setName("moving");
        users.assertAllowed(OPERATOR, client -> client.resource(moving).create());
        PodCheckpoint created = server.client().resource(moving).get();

        assertRefused("debugger", change(created, CheckpointGoal.RollBack), "may not set the goal");
        users.assertAllowed(OPERATOR, change(created, CheckpointGoal.RollBack));
    }

    @Test
    void whatIsNoOrderIsNotAskedAbout() {
        PodCheckpoint checkpoint =
                server.client().resource(checkpoint(CheckpointGoal.Inspect)).create();

        users.assertAllowed(
                "nobody",
                client ->
                        client.resource(checkpoint)
                                .edit(
                                        found -> {
                                            found.getMetadata().setLabels(Map.of("note", "mine"));
                                            return found;
                                        }));
    }

    @Test
    void podsAreRestoredByTheOperatorAndByWhoMayDrive() {
        PolicyRule drive = Users.rule("podmigration.dev", "podrestores", "drive");
        users.grant("creator", RESTORES, Users.rule("", "pods", "create", "delete"), EXEC);
        users.grant("driver", RESTORES, drive);
        users.grant(OPERATOR, RESTORES);
        Consumer<KubernetesClient> create = client -> client.resource(restore()).dryRun().create();

        assertRefused("creator", create, "NotPermitted: creator may not restore pods in namespace");
        users.assertAllowed("driver", create);
        users.assertAllowed(OPERATOR, create);
    }

    @Test
    void theCheckCanBeSwitchedOff() {
        assertThat(policies(Map.of())).hasSize(2);
        assertThat(policies(Map.of("admission.checkCreator", "false"))).isEmpty();
    }

    private void assertRefused(String user, Consumer<KubernetesClient> request, String... why) {
        await().atMost(Users.PATIENCE)
                .untilAsserted(() -> assertThat(refusal(user, request)).isNotNull().contains(why));
    }

    private @Nullable String refusal(String user, Consumer<KubernetesClient> request) {
        return users.refusal(POLICY, user, request);
    }

    private Consumer<KubernetesClient> create(CheckpointGoal goal) {
        return client -> client.resource(checkpoint(goal)).dryRun().create();
    }

    private static Consumer<KubernetesClient> change(PodCheckpoint of, CheckpointGoal goal) {
        return client -> client.resource(withGoal(of, goal)).dryRun().update();
    }

    private static PodCheckpoint withGoal(PodCheckpoint checkpoint, CheckpointGoal goal) {
        PodCheckpoint changed = Serialization.clone(checkpoint);
        changed.getSpec().setGoal(goal);
        if (goal == CheckpointGoal.Migrate) {
            changed.getSpec().setPeer(peer());
        }
        return changed;
    }

    private PodCheckpoint checkpoint(CheckpointGoal goal) {
        PodCheckpointSpec spec = new PodCheckpointSpec();
        spec.setPodName("app");
        spec.setPodUid("uid");
        spec.setNodeName("node-a");
        spec.setGoal(goal);
        if (goal == CheckpointGoal.Prepare || goal == CheckpointGoal.Migrate) {
            spec.setPeer(peer());
        }
        PodCheckpoint checkpoint = new PodCheckpoint();
        checkpoint.getMetadata().setGenerateName("checkpoint-");
        checkpoint.getMetadata().setNamespace(users.namespace());
        checkpoint.setSpec(spec);
        return checkpoint;
    }

    private static Peer peer() {
        Peer peer = new Peer();
        peer.setRestoreName("restore");
        peer.setNodeName("node-b");
        peer.setAddress("192.0.2.1:9444");
        return peer;
    }

    private PodRestore restore() {
        PodRestoreSpec spec = new PodRestoreSpec();
        spec.setPodName("app-x");
        spec.setPodUid("uid");
        spec.setNodeName("node-b");
        spec.setSourceNodeName("node-a");
        spec.setCheckpointName("checkpoint");
        spec.setContainers(List.of("main"));
        PodRestore restore = new PodRestore();
        restore.getMetadata().setGenerateName("restore-");
        restore.getMetadata().setNamespace(users.namespace());
        restore.setSpec(spec);
        return restore;
    }

    private static List<HasMetadata> policies(Map<String, String> values) {
        return Chart.ofThisProject().objects(values).stream()
                .filter(object -> object.getKind().startsWith("ValidatingAdmissionPolicy"))
                .filter(object -> object.getMetadata().getName().equals(POLICY))
                .toList();
    }
}
