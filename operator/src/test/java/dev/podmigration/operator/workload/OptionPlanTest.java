package dev.podmigration.operator.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.CheckpointOptions;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.MigratedContainer;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class OptionPlanTest {

    @Test
    void aJvmGetsItsOptionsAndTheStatusSaysSo() {
        MigratedContainer container = OptionPlan.of(container("JVM"), new CheckpointOptions());

        assertThat(container.getOptions().getTcpEstablished()).isTrue();
        assertThat(container.getOptions().getFileLocks()).isTrue();
        assertThat(container.getOptions().getShellJob()).isTrue();
        assertThat(container.getOptionsAddedBy())
                .isEqualTo(Map.of("tcpEstablished", "JVM", "fileLocks", "JVM", "shellJob", "JVM"));
    }

    @Test
    void whatTheUserSaidIsNeverChanged() {
        CheckpointOptions wanted = new CheckpointOptions();
        wanted.setTcpEstablished(false);
        wanted.setShellJob(true);

        MigratedContainer container = OptionPlan.of(container("JVM"), wanted);

        assertThat(container.getOptions().getTcpEstablished()).isFalse();
        assertThat(container.getOptionsAddedBy()).isEqualTo(Map.of("fileLocks", "JVM"));
        assertThat(OptionPlan.ofPod(List.of(container), wanted).getTcpEstablished()).isFalse();
    }

    @Test
    void ofOtherProcessesNothingIsAssumed() {
        MigratedContainer container = OptionPlan.of(container("Process"), new CheckpointOptions());

        assertThat(container.getOptions()).isEqualTo(new CheckpointOptions());
        assertThat(container.getOptionsAddedBy()).isEmpty();
    }

    @Test
    void aPodHasTheOptionsThatOneOfItsContainersNeeds() {
        CheckpointOptions wanted = new CheckpointOptions();
        wanted.setGhostLimitBytes(4096L);
        List<MigratedContainer> containers =
                List.of(
                        OptionPlan.of(container("Process"), wanted),
                        OptionPlan.of(container("JVM"), wanted));

        CheckpointOptions options = OptionPlan.ofPod(containers, wanted);

        assertThat(options.getTcpEstablished()).isTrue();
        assertThat(options.getGhostLimitBytes()).isEqualTo(4096);
    }

    private static InspectedContainer container(String workload) {
        InspectedContainer container = new InspectedContainer();
        container.setName("main");
        container.setWorkload(workload);
        return container;
    }
}
