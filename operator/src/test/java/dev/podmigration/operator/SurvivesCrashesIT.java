package dev.podmigration.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodNameMode;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;
import dev.podmigration.operator.fakes.DyingClient;
import dev.podmigration.operator.fakes.Stage;

import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** Kills the operator before each of its changes to the cluster in turn, and starts another one. */
@ExtendWith(ApiServerExtension.class)
class SurvivesCrashesIT {

    /**
     * Before which ones an operator is killed.
     *
     * @param most far more than there are: the last operator lives to the end
     */
    private record Changes(int first, int step, int most) {}

    private static final Changes ALL = new Changes(0, 1, 100);

    /**
     * Of a group only every fourth: what lies between are those of one of its pods, which the tests
     * of single pods go through one by one.
     */
    private static final Changes OF_A_GROUP = new Changes(0, 4, 300);

    private static final Changes OTHERS_OF_A_GROUP = new Changes(2, 4, 300);

    @Test
    void aMigrationIsCompletedWhereverTheOperatorDies(ApiServer server) {
        int changes =
                beforeEveryChange(
                        server,
                        ALL,
                        (stage, change) -> {
                            stage.runPod("app");
                            PodMigration migration = stage.migrate("app");

                            boolean died = killAndRestart(stage, migration, change);

                            PodMigration ended = stage.awaitEnd(migration);
                            assertThat(ended.getStatus().getPhase())
                                    .as(() -> stage.report(migration))
                                    .isEqualTo(PodMigrationPhase.Succeeded);
                            assertThat(stage.places())
                                    .containsOnlyKeys(ended.getStatus().getTarget().getPodName())
                                    .containsValue(stage.target());
                            return died;
                        });
        assertThat(changes).as("changes of one migration").isGreaterThan(15);
    }

    @Test
    void aPodThatKeepsItsNameComesBackWhereverTheOperatorDies(ApiServer server) {
        int changes =
                beforeEveryChange(
                        server,
                        ALL,
                        (stage, change) -> {
                            String uid = stage.runPod("app").getMetadata().getUid();
                            PodMigration migration =
                                    stage.migrate(
                                            "app",
                                            spec -> spec.getTarget().setPodName(PodNameMode.Keep));

                            boolean died = killAndRestart(stage, migration, change);

                            PodMigration ended = stage.awaitEnd(migration);
                            assertThat(ended.getStatus().getPhase())
                                    .as(() -> stage.report(migration))
                                    .isEqualTo(PodMigrationPhase.Succeeded);
                            assertThat(stage.pods())
                                    .singleElement()
                                    .satisfies(
                                            pod -> {
                                                assertThat(pod.getMetadata().getName())
                                                        .isEqualTo("app");
                                                assertThat(pod.getMetadata().getUid())
                                                        .isNotEqualTo(uid);
                                                assertThat(pod.getSpec().getNodeName())
                                                        .isEqualTo(stage.target());
                                            });
                            return died;
                        });
        assertThat(changes).as("changes of one migration").isGreaterThan(15);
    }

    @Test
    void aPodThatWouldHaveKeptItsNameIsUntouchedWhereverTheOperatorDiesUndoing(ApiServer server) {
        beforeEveryChange(
                server,
                ALL,
                (stage, change) -> {
                    String uid = stage.runPod("app").getMetadata().getUid();
                    stage.agents().failAt(PodRestorePhase.Granted, FailureReason.RestoreFailed);
                    PodMigration migration =
                            stage.migrate(
                                    "app", spec -> spec.getTarget().setPodName(PodNameMode.Keep));

                    boolean died = killAndRestart(stage, migration, change);

                    assertThat(stage.awaitEnd(migration).getStatus().getPhase())
                            .as(() -> stage.report(migration))
                            .isEqualTo(PodMigrationPhase.RolledBack);
                    assertThat(stage.pods())
                            .singleElement()
                            .satisfies(
                                    pod -> assertThat(pod.getMetadata().getUid()).isEqualTo(uid));
                    assertThat(stage.halves()).isEmpty();
                    return died;
                });
    }

    @Test
    void aRollBackIsCompletedWhereverTheOperatorDies(ApiServer server) {
        beforeEveryChange(
                server,
                ALL,
                (stage, change) -> {
                    stage.runPod("app");
                    stage.agents().failAt(PodRestorePhase.Committed, FailureReason.RestoreFailed);
                    PodMigration migration = stage.migrate("app");

                    boolean died = killAndRestart(stage, migration, change);

                    PodMigration ended = stage.awaitEnd(migration);
                    assertThat(ended.getStatus().getPhase())
                            .as(() -> stage.report(migration))
                            .isEqualTo(PodMigrationPhase.RolledBack);
                    assertThat(stage.places())
                            .containsOnlyKeys("app")
                            .containsValue(stage.source());
                    assertThat(stage.halves()).isEmpty();
                    return died;
                });
    }

    @Test
    void nothingIsLeftOfAPodThatIsDeletedWhereverTheOperatorDies(ApiServer server) {
        beforeEveryChange(
                server,
                ALL,
                (stage, change) -> {
                    stage.runPod("app");
                    // Without a freeze there is no commit, after which the pod would live on
                    // elsewhere.
                    stage.agents().hold(PodCheckpointPhase.Frozen);
                    PodMigration migration = stage.migrate("app");

                    boolean died = kill(stage, change, () -> isAskedToFreeze(stage));
                    stage.client().pods().inNamespace(stage.namespace()).withName("app").delete();
                    stage.startOperator();

                    stage.awaitEnd(migration);
                    assertThat(stage.pods()).isEmpty();
                    assertThat(stage.halves()).isEmpty();
                    return died;
                });
    }

    @Test
    void aGroupIsCompletedWhereverTheOperatorDies(ApiServer server) {
        int changes =
                beforeEveryChange(
                        server,
                        OF_A_GROUP,
                        (stage, change) -> {
                            runShop(stage);
                            PodMigration group = stage.migrateGroup("shop", "yes", _ -> {});

                            boolean died = killAndRestart(stage, group, change);

                            PodMigration ended = stage.awaitEnd(group);
                            assertThat(ended.getStatus().getPhase())
                                    .as(() -> stage.report(group))
                                    .isEqualTo(PodMigrationPhase.Succeeded);
                            assertThat(stage.places()).hasSize(2).doesNotContainKeys("a", "b");
                            assertThat(stage.places().values()).containsOnly(stage.target());
                            return died;
                        });
        assertThat(changes).as("changes of one group").isGreaterThan(30);
    }

    @Test
    void aGroupIsTakenBackAsAWholeWhereverTheOperatorDies(ApiServer server) {
        beforeEveryChange(
                server,
                OTHERS_OF_A_GROUP,
                (stage, change) -> {
                    runShop(stage);
                    stage.agents()
                            .failAt("b", PodRestorePhase.Restoring, FailureReason.RestoreFailed);
                    PodMigration group = stage.migrateGroup("shop", "yes", _ -> {});

                    boolean died = killAndRestart(stage, group, change);

                    assertThat(stage.awaitEnd(group).getStatus().getPhase())
                            .as(() -> stage.report(group))
                            .isEqualTo(PodMigrationPhase.RolledBack);
                    assertThat(stage.places()).containsOnlyKeys("a", "b");
                    assertThat(stage.places().values()).containsOnly(stage.source());
                    assertThat(stage.halves()).isEmpty();
                    return died;
                });
    }

    /** Its caches are emptied under it: no node, no agent, no other migration. */
    @Test
    void anOperatorThatIsEndedInTheMiddleConcludesNothingFromThat(ApiServer server) {
        try (Stage stage = new Stage(server)) {
            stage.runPod("app");
            AtomicReference<Thread> round = new AtomicReference<>();
            stage.startOperator(
                    new KubernetesClientBuilder()
                            .withConfig(stage.operatorConfig())
                            .withHttpClientBuilderConsumer(
                                    http ->
                                            http.addOrReplaceInterceptor(
                                                    "end", endAtFirstStatus(stage, round)))
                            .build());

            // Which node, is found among all of them.
            PodMigration migration =
                    stage.migrate("app", spec -> spec.getTarget().setNodeName(null));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> round.get() != null && !round.get().isAlive());
            stage.stopOperator();
            stage.startOperator();

            assertThat(stage.awaitEnd(migration).getStatus().getPhase())
                    .as(() -> stage.report(migration))
                    .isEqualTo(PodMigrationPhase.Succeeded);
        }
    }

    /** While the round that writes it goes on. */
    private static Interceptor endAtFirstStatus(Stage stage, AtomicReference<Thread> round) {
        return new Interceptor() {
            @Override
            public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
                if (request.uri().getPath().endsWith("/status")
                        && round.compareAndSet(null, Thread.currentThread())) {
                    CompletableFuture.runAsync(stage::endOperator).join();
                    // The end interrupts the round; what that has sent by then is done all the
                    // same.
                    Thread.interrupted();
                }
            }
        };
    }

    /** One migration, whose operator was killed before a change; true if it came to that change. */
    private interface Crash {
        boolean at(Stage stage, int change);
    }

    /**
     * A migration for each, until an operator lives to the end.
     *
     * @return how many changes that one made, or some more
     */
    private static int beforeEveryChange(ApiServer server, Changes changes, Crash crash) {
        for (int change = changes.first(); change < changes.most(); change += changes.step()) {
            try (Stage stage = new Stage(server)) {
                if (!crash.at(stage, change)) {
                    return change;
                }
            } catch (AssertionError e) {
                throw new AssertionError(
                        "killed before change %d: %s".formatted(change, e.getMessage()), e);
            }
        }
        throw new AssertionError(
                "no operator lived to the end, not even of %d changes".formatted(changes.most()));
    }

    private static void runShop(Stage stage) {
        for (String name : List.of("a", "b")) {
            stage.runPod(name, pod -> pod.editMetadata().addToLabels("shop", "yes").endMetadata());
        }
    }

    /** True if the first operator was killed before it was done. */
    private static boolean killAndRestart(Stage stage, PodMigration migration, int changes) {
        boolean died = kill(stage, changes, () -> isOver(stage, migration));
        if (died) {
            stage.startOperator();
        }
        return died;
    }

    /** True if the operator was killed before it came this far. */
    private static boolean kill(Stage stage, int changes, BooleanSupplier arrived) {
        DyingClient dying = new DyingClient(stage.operatorConfig(), changes);
        stage.startOperator(dying.client());
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> dying.isDead() || arrived.getAsBoolean());
        stage.stopOperator();
        return dying.isDead();
    }

    private static boolean isOver(Stage stage, PodMigration migration) {
        PodMigrationPhase phase = stage.get(migration).getStatus().getPhase();
        return phase != null && phase.isFinal();
    }

    private static boolean isAskedToFreeze(Stage stage) {
        return stage.halves().stream()
                .anyMatch(
                        half ->
                                half instanceof PodCheckpoint checkpoint
                                        && checkpoint.getSpec().getGoal()
                                                == CheckpointGoal.Migrate);
    }
}
