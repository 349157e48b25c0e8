package dev.podmigration.operator.phase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyChoice;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.fakes.Case;
import dev.podmigration.operator.fakes.Plugins;
import dev.podmigration.operator.forecast.FreezeHistory;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.settings.TimeLimits;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class MovingPhaseTest {

    private final PhaseTable phases =
            new PhaseTable(TimeLimits.DEFAULT, new FreezeHistory(), Plugins.NONE);

    @Test
    void theNewPodIsNamedInTheStatusBeforeItIsMadeAndBeginsFromItsImage() {
        Observation seen =
                recreate()
                        .node(
                                "node-b",
                                node ->
                                        node.withNewStatus()
                                                .addNewCondition()
                                                .withType("Ready")
                                                .withStatus("True")
                                                .endCondition()
                                                .endStatus())
                        .source(
                                pod ->
                                        pod.editSpec()
                                                .withRuntimeClassName("podmigration")
                                                .endSpec()
                                                .editMetadata()
                                                .addToAnnotations("podmigration.dev/restore", "old")
                                                .addToLabels("podmigration.dev/restored", "true")
                                                .endMetadata())
                        .build();

        Action.CreatePod create =
                (Action.CreatePod) ((Decision.Stay) phases.next(seen)).actions().getFirst();

        Pod pod = create.pod();
        assertThat(seen.status().getTarget().getPodName()).isEqualTo(pod.getMetadata().getName());
        assertThat(pod.getSpec().getRuntimeClassName()).isNull();
        assertThat(pod.getMetadata().getAnnotations())
                .doesNotContainKey("podmigration.dev/restore")
                .containsEntry("podmigration.dev/migration-uid", "migration-uid");
        assertThat(pod.getMetadata().getLabels()).doesNotContainKey("podmigration.dev/restored");
    }

    @Test
    void withoutANodeNothingIsMade() {
        Decision decision =
                phases.next(
                        recreate()
                                .migration(
                                        migration ->
                                                migration
                                                        .getSpec()
                                                        .getTarget()
                                                        .setNodeName("node-a"))
                                .build());

        assertThat(((Decision.GiveUp) decision).failure().getReason())
                .isEqualTo(FailureReason.NoEligibleNode);
    }

    @Test
    void theSourceIsNotTouchedBeforeTheNewPodIsReady() {
        Decision decision = phases.next(recreate().target(pod -> scheduled(pod, "False")).build());

        assertThat(((Decision.Stay) decision).actions()).isEmpty();
        assertThat(((Decision.Stay) decision).lookAgain())
                .isEqualTo(Case.NOW.plus(TimeLimits.DEFAULT.arming()));
    }

    @Test
    void aNewPodThatIsReadyTakesThePlaceOfTheSource() {
        assertThat(phases.next(recreate().target(pod -> scheduled(pod, "True")).build()))
                .isEqualTo(new Decision.Enter(PodMigrationPhase.Committed));
    }

    @Test
    void aNewPodThatDoesNotBecomeReadyIsGivenUp() {
        Duration later = TimeLimits.DEFAULT.arming();

        Decision decision =
                phases.next(recreate().target(pod -> scheduled(pod, "False")).after(later).build());

        assertThat(((Decision.GiveUp) decision).failure().getReason())
                .isEqualTo(FailureReason.ReplacementNotReady);
    }

    private static Case recreate() {
        StrategyChoice choice = new StrategyChoice();
        choice.setChosen(Strategy.Recreate);
        return Case.in(PodMigrationPhase.Moving)
                .migration(migration -> migration.getStatus().setStrategy(choice));
    }

    private static void scheduled(PodBuilder pod, String ready) {
        pod.editStatus()
                .addNewCondition()
                .withType("PodScheduled")
                .withStatus("True")
                .withLastTransitionTime(Case.NOW.toString())
                .endCondition()
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready)
                .endCondition()
                .endStatus();
    }
}
