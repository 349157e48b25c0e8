package dev.podmigration.operator.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.Verdict;
import dev.podmigration.operator.fakes.Case;
import dev.podmigration.operator.observe.Observation;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.stream.IntStream;

/** Which pods a selector means, and whether they can be one group. */
class GroupPodsTest {

    @Test
    void podsThatHaveEndedAndPodsWithoutTheLabelsAreNotMeant() {
        Observation seen =
                seen(
                        pod("b", "node-a", "Running"),
                        pod("a", "node-a", "Running"),
                        pod("done", "node-c", "Succeeded"),
                        Case.pod("other", "node-c"));

        assertThat(GroupPods.of(seen))
                .extracting(pod -> pod.getMetadata().getName())
                .containsExactly("a", "b");
        assertThat(GroupPods.look(GroupPods.of(seen), seen))
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.getVerdict()).isEqualTo(Verdict.Passed);
                            assertThat(finding.getMessage()).contains("a, b run on node node-a");
                        });
    }

    @Test
    void sixteenPodsAreAGroupAndSeventeenAreTooMany() {
        assertThat(reasons(seen(pods(16)))).containsExactly((FailureReason) null);
        assertThat(reasons(seen(pods(17)))).containsExactly(FailureReason.GroupTooLarge);
    }

    @Test
    void aPodThatHasNoNodeYetIsNotRunning() {
        assertThat(reasons(seen(pod("a", "node-a", "Running"), pod("b", null, "Pending"))))
                .containsExactly(FailureReason.PodNotRunning);
    }

    @Test
    void everythingThatSpeaksAgainstItIsSaidAtOnce() {
        Observation seen =
                Case.in(PodMigrationPhase.Pending)
                        .members()
                        .migration(migration -> migration.getSpec().setStrategy(Strategy.Hybrid))
                        .build();

        assertThat(reasons(seen))
                .containsExactly(FailureReason.PodNotFound, FailureReason.NoStrategyPossible);
    }

    private static List<FailureReason> reasons(Observation seen) {
        return GroupPods.look(GroupPods.of(seen), seen).stream().map(Finding::getReason).toList();
    }

    private static Pod[] pods(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> pod("pod-" + number, "node-a", "Running"))
                .toArray(Pod[]::new);
    }

    private static Pod pod(String name, String node, String phase) {
        return new PodBuilder(Case.pod(name, node))
                .editMetadata()
                .addToLabels("shop", "yes")
                .endMetadata()
                .editStatus()
                .withPhase(phase)
                .endStatus()
                .build();
    }

    private static Observation seen(Pod... pods) {
        Case all = Case.in(PodMigrationPhase.Pending).members();
        List.of(pods).forEach(all::cluster);
        return all.build();
    }
}
