package dev.podmigration.operator.phase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.fakes.Case;
import dev.podmigration.operator.fakes.Plugins;
import dev.podmigration.operator.forecast.FreezeHistory;
import dev.podmigration.operator.settings.TimeLimits;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;

import org.junit.jupiter.api.Test;

import java.util.List;

/** A pod that moves again and again keeps the addresses that it uses, and no others. */
class EarlierMovesTest {

    private final PhaseTable phases =
            new PhaseTable(TimeLimits.DEFAULT, new FreezeHistory(), Plugins.NONE);

    private final Case moved =
            Case.in(PodMigrationPhase.Switching)
                    .withoutSource()
                    .target()
                    .migration(
                            migration ->
                                    migration
                                            .getStatus()
                                            .setAddressesKept(
                                                    List.of("10.88.0.10/16", "10.88.1.7/16")))
                    .cluster(of("move-x", List.of("10.88.1.7")));

    @Test
    void whatThePodUsesStaysReserved() {
        moved.cluster(of("first", List.of("10.88.0.10")));

        assertThat(phases.next(moved.build()))
                .isEqualTo(new Decision.Finish(PodMigrationPhase.Succeeded));
    }

    @Test
    void whatItUsesNoMoreIsForgotten() {
        moved.cluster(of("first", List.of("10.88.0.10")));
        moved.cluster(of("second", List.of("10.88.0.11")));

        assertThat(forgotten()).containsExactly("second");
    }

    @Test
    void aMoveThatKeptNoAddressIsForgotten() {
        PodCheckpoint plain = of("plain", List.of());
        plain.getStatus().setAddresses(List.of());
        moved.cluster(plain);

        assertThat(forgotten()).containsExactly("plain");
    }

    @Test
    void oneWhoseAgentDoesNotSayWhatItReservesIsKept() {
        moved.cluster(of("older", List.of()));

        assertThat(phases.next(moved.build()))
                .isEqualTo(new Decision.Finish(PodMigrationPhase.Succeeded));
    }

    @Test
    void thoseOfOtherPodsAreNotLookedAt() {
        PodCheckpoint other = of("other", List.of("10.88.0.12"));
        other.getMetadata().getOwnerReferences().getFirst().setUid("another-uid");
        moved.cluster(other);

        assertThat(phases.next(moved.build()))
                .isEqualTo(new Decision.Finish(PodMigrationPhase.Succeeded));
    }

    private List<String> forgotten() {
        assertThat(phases.next(moved.build())).isInstanceOf(Decision.Stay.class);
        return ((Decision.Stay) phases.next(moved.build()))
                .actions().stream()
                        .map(Action.Delete.class::cast)
                        .map(action -> action.object().getMetadata().getName())
                        .toList();
    }

    private static PodCheckpoint of(String name, List<String> reserved) {
        PodCheckpoint checkpoint = new PodCheckpoint();
        checkpoint.getMetadata().setName(name);
        checkpoint.getMetadata().setNamespace("ns");
        checkpoint
                .getMetadata()
                .setOwnerReferences(
                        List.of(
                                new OwnerReferenceBuilder()
                                        .withKind("Pod")
                                        .withName("app-x")
                                        .withUid("app-x-uid")
                                        .build()));
        checkpoint.getStatus().setPhase(PodCheckpointPhase.Released);
        checkpoint.getStatus().setAddresses(List.of("10.88.0.10/16"));
        checkpoint.getStatus().setReservedAddresses(reserved);
        return checkpoint;
    }
}
