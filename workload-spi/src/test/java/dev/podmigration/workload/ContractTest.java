package dev.podmigration.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyStage;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What people who implement the interfaces can rely on. */
class ContractTest {

    private static final MovingPod POD =
            new MovingPod(Optional.empty(), List.of(), Optional.empty());

    @Test
    void aStrategyThatSaysOnlyWhatItIsDoesNothingAndCanAlways() {
        MigrationStrategy strategy = new Least();
        Map<String, String> memory = Map.of("id", "7");
        Step step = step(memory);

        assertThat(strategy.assess(step.move(), step.namespace())).isEqualTo(Assessment.possible());
        assertThat(List.of(strategy.prepare(step), strategy.awaitFreeze(step)))
                .containsOnly(Progress.done(memory));
        assertThat(List.of(strategy.afterMove(step), strategy.undo(step)))
                .containsOnly(Progress.done(memory));
        assertThat(List.of(strategy.move(step), strategy.fallback(step)))
                .containsOnly(new Progress.ReplacePod(memory));
        assertThat(strategy.replacesPod()).isTrue();
        assertThat(strategy.runsBesideSource(step.move())).isFalse();
        assertThat(strategy.limit(StrategyStage.Move)).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void whatAStepReturnsDoesNotChangeWhenItsMapDoes() {
        Map<String, String> mine = new HashMap<>(Map.of("id", "7"));
        Progress progress = Progress.done(mine);

        mine.put("id", "8");

        assertThat(progress.memory()).isEqualTo(Map.of("id", "7"));
    }

    @Test
    void aMoveHasAtLeastOnePodAndKnowsItsDetectionsByName() {
        Detection detection = Detection.of("JVM", Map.of("role", "worker"));
        Move move = new Move(new PodMigration(), List.of(POD), List.of(detection));

        assertThat(move.pod()).isEqualTo(POD);
        assertThat(move.detected("JVM")).contains(detection);
        assertThat(move.detected("Flink")).isEmpty();
        assertThatThrownBy(() -> new Move(new PodMigration(), List.of(), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void timesThatMakeNoSenseAreRefusedWhereTheyAreMade() {
        assertThatThrownBy(() -> Assessment.possible().withFreezeBudget(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Progress.waitFor("it", Duration.ofSeconds(-1), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Step step(Map<String, String> memory) {
        return new Step(
                new Move(new PodMigration(), List.of(POD), List.of()),
                memory,
                "0",
                false,
                List.of(),
                Instant.EPOCH,
                Instant.EPOCH,
                new NoNamespace());
    }

    private static final class Least implements MigrationStrategy {

        @Override
        public String name() {
            return "least";
        }

        @Override
        public Strategy rung() {
            return Strategy.Savepoint;
        }

        @Override
        public boolean appliesTo(Move move) {
            return true;
        }
    }

    /** Objects that nobody asks for. */
    private record NoNamespace() implements Namespace {

        @Override
        public String name() {
            return "ns";
        }

        @Override
        public Optional<GenericKubernetesResource> find(
                String apiVersion, String kind, String name) {
            return Optional.empty();
        }

        @Override
        public List<GenericKubernetesResource> list(
                String apiVersion, String kind, Map<String, String> labels) {
            return List.of();
        }

        @Override
        public GenericKubernetesResource patch(
                String apiVersion, String kind, String name, Map<String, Object> change) {
            throw new IllegalStateException("nothing to change");
        }
    }
}
