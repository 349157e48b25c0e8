package dev.podmigration.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

import org.junit.jupiter.api.Test;

import java.util.List;

/** Statuses are compared to find out whether there is anything to write. */
class ApiBeanTest {
    private final KubernetesSerialization serialization = new KubernetesSerialization();

    @Test
    void beansWithTheSameValuesAreEqualAndHaveTheSameHash() {
        assertThat(frozen(412)).isEqualTo(frozen(412)).hasSameHashCodeAs(frozen(412));
    }

    @Test
    void aDifferenceDeepInsideMakesBeansDiffer() {
        assertThat(frozen(412)).isNotEqualTo(frozen(413));
    }

    @Test
    void beansOfDifferentTypesDiffer() {
        assertThat(new MemorySettings()).isNotEqualTo(new NetworkSettings());
    }

    @Test
    void aStatusSurvivesTheWayThroughJson() {
        var status = frozen(412);
        status.setFailure(
                Failure.of(FailureReason.MissingFile, "/etc/hosts differs", List.of("Error (..)")));
        status.getFindings()
                .add(Finding.refused("Image", FailureReason.ImageMissing, "no such image"));
        var text = serialization.asJson(status);
        assertThat(serialization.unmarshal(text, PodMigrationStatus.class)).isEqualTo(status);
    }

    @Test
    void anEmptyStatusWritesNoEmptyLists() {
        assertThat(serialization.asJson(new PodMigrationStatus())).isEqualTo("{}");
    }

    /** Otherwise a client that only adds a label would change a spec that cannot be changed. */
    @Test
    void aDefaultedSpecSurvivesTheWayThroughJson() {
        var stored =
                """
                {"pod":{"name":"a"},"target":{"nodeSelector":{},"podName":"Generate"},\
                "strategy":"Auto","checkpoint":{"extMountMap":[]},"memory":{"mode":"Auto",\
                "trimHeap":"Auto"},"network":{"address":"Auto"},"limits":{"freezeSeconds":10,"totalSeconds":600},\
                "dryRun":false,"cancelled":false}\
                """;
        var spec = serialization.unmarshal(stored, PodMigrationSpec.class);
        assertThat(serialization.asJson(spec)).isEqualTo(stored);
    }

    private static PodMigrationStatus frozen(long milliseconds) {
        var freeze = new Freeze();
        freeze.setMilliseconds(milliseconds);
        var status = new PodMigrationStatus();
        status.setPhase(PodMigrationPhase.Frozen);
        status.setFreeze(freeze);
        return status;
    }
}
