package dev.podmigration.examples.drain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.Detection;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.Move;
import dev.podmigration.workload.MovingPod;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.Step;
import dev.podmigration.workload.WorkloadDetector;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

class DrainFirstTest {

    private static final Instant NOW = Instant.parse("2026-08-01T12:00:00Z");
    private static final String ID = "0123456789abcdef0123456789abcdef";

    private final DrainableService service = new DrainableService();
    private final DrainFirst strategy = new DrainFirst();

    DrainFirstTest() throws IOException {
        service.start();
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void theOperatorFindsBothByTheirServiceFiles() {
        assertThat(ServiceLoader.load(WorkloadDetector.class))
                .anyMatch(DrainDetector.class::isInstance);
        assertThat(ServiceLoader.load(MigrationStrategy.class))
                .anyMatch(DrainFirst.class::isInstance);
    }

    @Test
    void aServiceThatSaysItsPortIsKnownAndAnotherOneIsNot() {
        assertThat(strategy.appliesTo(move(pod()))).isTrue();
        assertThat(
                        strategy.appliesTo(
                                move(new PodBuilder().withNewMetadata().endMetadata().build())))
                .isFalse();
    }

    @Test
    void aServiceThatAnswersCanBeMovedWithinThePatienceOfItsClients() {
        Assessment assessment = strategy.assess(move(pod()), new NothingElse());

        assertThat(assessment.refusal()).isEmpty();
        assertThat(assessment.freezeBudget()).contains(Duration.ofSeconds(3));
    }

    @Test
    void aServiceThatDoesNotAnswerIsNotMovedAndTheReasonSaysWhy() {
        service.failWith(503);

        Assessment assessment = strategy.assess(move(pod()), new NothingElse());

        assertThat(assessment.refusal().orElseThrow().getReason())
                .isEqualTo(FailureReason.WorkloadNotMovable);
        assertThat(assessment.refusal().orElseThrow().getMessage()).contains("503");
    }

    @Test
    void theFreezeWaitsForRequestsThatAreBeingAnswered() {
        service.inFlight(2);
        Progress first = strategy.awaitFreeze(step());
        service.inFlight(0);
        Progress second = strategy.awaitFreeze(step());

        assertThat(first)
                .isInstanceOfSatisfying(
                        Progress.Waiting.class,
                        waiting ->
                                assertThat(waiting.what()).isEqualTo("2 requests to be answered"));
        assertThat(second)
                .isInstanceOfSatisfying(
                        Progress.Done.class,
                        done -> assertThat(done.until()).contains(NOW.plusSeconds(2)));
        assertThat(service.drains()).containsExactly(ID, ID);
        assertThat(service.isDraining()).isTrue();
    }

    @Test
    void itTakesRequestsAgainAfterTheMoveAndAfterOneThatWasUndone() {
        strategy.awaitFreeze(step());
        assertThat(strategy.afterMove(step())).isInstanceOf(Progress.Done.class);
        assertThat(service.isDraining()).isFalse();

        strategy.awaitFreeze(step());
        assertThat(strategy.undo(step())).isInstanceOf(Progress.Done.class);
        assertThat(service.isDraining()).isFalse();
    }

    @Test
    void aServiceThatDoesNotComeBackIsUnwell() {
        service.failWith(500);

        assertThat(strategy.afterMove(step()))
                .isInstanceOfSatisfying(
                        Progress.Refused.class,
                        refused ->
                                assertThat(refused.failure().getReason())
                                        .isEqualTo(FailureReason.WorkloadUnhealthy));
    }

    private Step step() {
        return new Step(
                move(pod()),
                Map.of(),
                ID,
                false,
                List.of(),
                NOW,
                NOW.plusSeconds(60),
                new NothingElse());
    }

    private static Move move(Pod pod) {
        MovingPod moving = new MovingPod(Optional.of(pod), List.of(), Optional.of(pod));
        List<Detection> detected = new DrainDetector().detect(moving).stream().toList();
        return new Move(new PodMigration(), List.of(moving), detected);
    }

    private Pod pod() {
        return new PodBuilder()
                .withNewMetadata()
                .withName("shop")
                .addToAnnotations("example.org/drain-port", String.valueOf(service.port()))
                .endMetadata()
                .withNewStatus()
                .withPodIP("127.0.0.1")
                .endStatus()
                .build();
    }

    /** This plugin asks for no other objects. */
    private record NothingElse() implements Namespace {

        @Override
        public String name() {
            return "shop";
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
