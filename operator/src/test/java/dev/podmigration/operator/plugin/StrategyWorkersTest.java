package dev.podmigration.operator.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.fakes.FakeStrategy;
import dev.podmigration.operator.workload.Workloads;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.Move;
import dev.podmigration.workload.MovingPod;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.Progress;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

class StrategyWorkersTest {

    private static final Duration LIMIT = Duration.ofMillis(300);

    private final FakeStrategy strategy = new FakeStrategy("save", Strategy.Savepoint);
    private final StrategyWorkers workers =
            new StrategyWorkers(
                    new Workloads(List.of(), List.of(strategy)),
                    NoNamespace::new,
                    Clock.systemUTC(),
                    LIMIT);
    private final PodMigration migration = new PodMigration();
    private final AtomicInteger news = new AtomicInteger();

    StrategyWorkersTest() {
        migration.getMetadata().setUid("uid");
        migration.getMetadata().setName("move");
        migration.getMetadata().setNamespace("ns");
    }

    @BeforeEach
    void listen() {
        workers.whenDone(_ -> news.incrementAndGet());
    }

    @Test
    void whatCameOfAStepIsSeenWhenItIsDoneAndSomebodyIsTold() {
        strategy.on(
                StrategyStage.Move,
                step -> Progress.waitFor("it", Duration.ZERO, Map.of("id", step.operationId())));

        workers.step(step(StrategyStage.Move, 1));

        Progress outcome = outcome(StrategyStage.Move, 1);
        assertThat(outcome.memory().get("id")).matches("[0-9a-f]{32}");
        await().untilAsserted(() -> assertThat(news).hasValue(1));
        assertThat(workers.of(migration).isBusy()).isFalse();
    }

    @Test
    void aStepThatIsKnownOrBeingDoneIsNotDoneTwice() {
        CountDownLatch go = new CountDownLatch(1);
        strategy.on(
                StrategyStage.Prepare,
                step -> {
                    awaitUninterrupted(go);
                    return Progress.done(step.memory());
                });

        workers.step(step(StrategyStage.Prepare, 1));
        workers.step(step(StrategyStage.Prepare, 1));
        go.countDown();
        outcome(StrategyStage.Prepare, 1);
        workers.step(step(StrategyStage.Prepare, 1));

        assertThat(strategy.calls()).hasSize(1);
    }

    @Test
    void theOperationIdIsTheSameForEveryStepOfAStageAndForEveryOperator() {
        workers.step(step(StrategyStage.Prepare, 1));
        outcome(StrategyStage.Prepare, 1);
        workers.step(step(StrategyStage.Prepare, 2));
        outcome(StrategyStage.Prepare, 2);
        workers.step(step(StrategyStage.Undo, 1));
        outcome(StrategyStage.Undo, 1);
        StrategyWorkers other =
                new StrategyWorkers(
                        new Workloads(List.of(), List.of(strategy)),
                        NoNamespace::new,
                        Clock.systemUTC());
        other.step(step(StrategyStage.Prepare, 2));
        await().until(() -> strategy.calls().size() == 4);

        List<String> ids = strategy.calls().stream().map(FakeStrategy.Call::operationId).toList();
        assertThat(ids.get(0)).isEqualTo(ids.get(1)).isEqualTo(ids.get(3)).isNotEqualTo(ids.get(2));
    }

    @Test
    void anExceptionIsAFailureThatNamesThePluginAndKeepsWhatItRemembered() {
        strategy.on(
                StrategyStage.Prepare,
                _ -> {
                    throw new IllegalStateException("no route to host");
                });

        workers.step(step(StrategyStage.Prepare, 1));

        Progress.Refused refused = (Progress.Refused) outcome(StrategyStage.Prepare, 1);
        assertThat(refused.failure().getReason()).isEqualTo(FailureReason.PluginFailed);
        assertThat(refused.failure().getMessage()).contains("save", "no route to host");
        assertThat(refused.memory()).isEqualTo(Map.of("known", "before"));
    }

    @Test
    void anErrorOfAPluginIsAFailureLikeAnyOther() {
        strategy.on(
                StrategyStage.Prepare,
                _ -> {
                    throw new NoClassDefFoundError("org/example/Missing");
                });

        workers.step(step(StrategyStage.Prepare, 1));

        assertThat(((Progress.Refused) outcome(StrategyStage.Prepare, 1)).failure().getMessage())
                .contains("org/example/Missing");
    }

    @Test
    void aStepThatDoesNotReturnIsInterruptedAtItsLimit() {
        CountDownLatch never = new CountDownLatch(1);
        AtomicReference<Exception> seen = new AtomicReference<>();
        strategy.on(
                StrategyStage.Prepare,
                step -> {
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        seen.set(e);
                    }
                    return Progress.done(step.memory());
                });

        workers.step(step(StrategyStage.Prepare, 1));

        Progress.Refused refused = (Progress.Refused) outcome(StrategyStage.Prepare, 1);
        assertThat(refused.failure().getReason()).isEqualTo(FailureReason.PluginFailed);
        assertThat(refused.failure().getMessage()).contains("300 ms");
        await().untilAsserted(() -> assertThat(seen.get()).isNotNull());
    }

    @Test
    void theNextStageBeginsWhenTheInterruptedStepIsOver() {
        CountDownLatch never = new CountDownLatch(1);
        strategy.on(
                StrategyStage.Prepare,
                step -> {
                    awaitUninterrupted(never);
                    return Progress.done(step.memory());
                });
        workers.step(step(StrategyStage.Prepare, 1));
        await().until(() -> strategy.calls().size() == 1);

        workers.interrupt(new Action.InterruptStrategy(migration));
        workers.step(step(StrategyStage.Undo, 1));

        outcome(StrategyStage.Undo, 1);
        assertThat(strategy.stages()).containsExactly(StrategyStage.Prepare, StrategyStage.Undo);
        assertThat(workers.of(migration).outcome(StrategyStage.Prepare, 1)).isEmpty();
    }

    @Test
    void takingWorkBackInterruptsWhatIsStillBeingDone() {
        CountDownLatch never = new CountDownLatch(1);
        strategy.on(
                StrategyStage.Move,
                step -> {
                    awaitUninterrupted(never);
                    return Progress.done(step.memory());
                });
        strategy.on(StrategyStage.Undo, step -> Progress.done(Map.of("undone", "yes")));
        workers.step(step(StrategyStage.Move, 1));
        await().until(() -> strategy.calls().size() == 1);

        workers.step(step(StrategyStage.Undo, 1));

        assertThat(outcome(StrategyStage.Undo, 1).memory()).isEqualTo(Map.of("undone", "yes"));
        assertThat(never.getCount()).isEqualTo(1);
    }

    @Test
    void whatIsTooMuchForAStatusIsNotRemembered() {
        Map<String, String> many =
                IntStream.range(0, 33)
                        .boxed()
                        .collect(Collectors.toMap(String::valueOf, String::valueOf));
        strategy.on(StrategyStage.Prepare, _ -> Progress.done(many));
        strategy.on(StrategyStage.Undo, _ -> Progress.done(Map.of("long", "x".repeat(4097))));

        workers.step(step(StrategyStage.Prepare, 1));
        Progress first = outcome(StrategyStage.Prepare, 1);
        workers.step(step(StrategyStage.Undo, 1));
        Progress second = outcome(StrategyStage.Undo, 1);

        assertThat(List.of(first, second))
                .allSatisfy(
                        progress -> {
                            assertThat(progress).isInstanceOf(Progress.Refused.class);
                            assertThat(progress.memory()).isEqualTo(Map.of("known", "before"));
                        });
    }

    @Test
    void onlyAStageThatMovesThePodMayHaveItReplaced() {
        strategy.on(StrategyStage.Prepare, step -> new Progress.ReplacePod(step.memory()));
        strategy.on(StrategyStage.Move, step -> new Progress.MovedByOwner(step.memory(), "new"));

        workers.step(step(StrategyStage.Prepare, 1));
        Progress first = outcome(StrategyStage.Prepare, 1);
        workers.step(step(StrategyStage.Move, 1));
        Progress second = outcome(StrategyStage.Move, 1);

        assertThat(List.of(first, second))
                .allSatisfy(
                        progress ->
                                assertThat(((Progress.Refused) progress).failure().getReason())
                                        .isEqualTo(FailureReason.PluginFailed));
    }

    @Test
    void aStrategyThatThrowsWhenItIsAskedRefusesItsRung() {
        strategy.assessment(
                _ -> {
                    throw new IllegalStateException("connection refused");
                });

        workers.assess(new Action.AssessStrategy("save", move()));

        Optional<Failure> refusal =
                await().until(() -> workers.of(migration).assessment("save"), Optional::isPresent)
                        .flatMap(Assessment::refusal);
        assertThat(refusal.orElseThrow().getReason()).isEqualTo(FailureReason.PluginFailed);
        assertThat(refusal.get().getMessage()).contains("connection refused");
    }

    @Test
    void nothingIsKnownAboutAMigrationThatIsForgotten() {
        workers.step(step(StrategyStage.Prepare, 1));
        outcome(StrategyStage.Prepare, 1);

        workers.forget(migration);

        assertThat(workers.of(migration).outcome(StrategyStage.Prepare, 1)).isEmpty();
    }

    /** Nobody asks for objects here. */
    private record NoNamespace(String name) implements Namespace {

        @Override
        public Optional<GenericKubernetesResource> find(
                String apiVersion, String kind, String object) {
            return Optional.empty();
        }

        @Override
        public List<GenericKubernetesResource> list(
                String apiVersion, String kind, Map<String, String> labels) {
            return List.of();
        }

        @Override
        public GenericKubernetesResource patch(
                String apiVersion, String kind, String object, Map<String, Object> change) {
            throw new IllegalStateException("nothing to change");
        }
    }

    private Progress outcome(StrategyStage stage, int number) {
        return await().until(
                        () -> workers.of(migration).outcome(stage, number), Optional::isPresent)
                .orElseThrow();
    }

    private Action.StepStrategy step(StrategyStage stage, int number) {
        return new Action.StepStrategy(
                "save",
                stage,
                number,
                move(),
                Map.of("known", "before"),
                false,
                List.of(),
                Instant.now().plusSeconds(60));
    }

    private Move move() {
        return new Move(
                migration,
                List.of(new MovingPod(Optional.empty(), List.of(), Optional.empty())),
                List.of());
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
