package dev.podmigration.operator.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.CheckpointOptions;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.MigratedContainer;
import dev.podmigration.operator.fakes.Plugins;
import dev.podmigration.workload.Detection;
import dev.podmigration.workload.MovingPod;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Optional;

class OptionPlanTest {

    @Test
    void aJvmGetsItsOptionsAndTheStatusSaysSo() {
        MigratedContainer container = plan(container("JVM"), new CheckpointOptions());

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

        MigratedContainer container = plan(container("JVM"), wanted);

        assertThat(container.getOptions().getTcpEstablished()).isFalse();
        assertThat(container.getOptionsAddedBy()).isEqualTo(Map.of("fileLocks", "JVM"));
        assertThat(OptionPlan.ofPod(List.of(container), wanted).getTcpEstablished()).isFalse();
    }

    @Test
    void ofOtherProcessesNothingIsAssumed() {
        MigratedContainer container = plan(container("Process"), new CheckpointOptions());

        assertThat(container.getOptions()).isEqualTo(new CheckpointOptions());
        assertThat(container.getOptionsAddedBy()).isEmpty();
    }

    @Test
    void aPodHasTheOptionsThatOneOfItsContainersNeeds() {
        CheckpointOptions wanted = new CheckpointOptions();
        wanted.setGhostLimitBytes(4096L);
        List<MigratedContainer> containers =
                List.of(plan(container("Process"), wanted), plan(container("JVM"), wanted));

        CheckpointOptions options = OptionPlan.ofPod(containers, wanted);

        assertThat(options.getTcpEstablished()).isTrue();
        assertThat(options.getGhostLimitBytes()).isEqualTo(4096);
    }

    @Test
    void theLargestLimitAndEveryMountThatAnyoneNeedsCount() {
        CheckpointOptions some = new CheckpointOptions();
        some.setGhostLimitBytes(4096L);
        some.setExtMountMap(List.of("/a:/a"));
        CheckpointOptions more = new CheckpointOptions();
        more.setGhostLimitBytes(8192L);
        more.setExtMountMap(List.of("/a:/a", "/b:/b"));

        MigratedContainer container =
                OptionPlan.of(
                        container("Process"),
                        new CheckpointOptions(),
                        List.of(needs("first", some), needs("second", more)));

        assertThat(container.getOptions().getGhostLimitBytes()).isEqualTo(8192);
        assertThat(container.getOptions().getExtMountMap()).containsExactly("/a:/a", "/b:/b");
        assertThat(container.getOptionsAddedBy())
                .isEqualTo(Map.of("ghostLimitBytes", "second", "extMountMap", "second"));
    }

    @Test
    void aDetectorCannotSwitchAnythingOff() {
        CheckpointOptions off = new CheckpointOptions();
        off.setTcpEstablished(false);

        MigratedContainer container =
                OptionPlan.of(
                        container("JVM"), new CheckpointOptions(), List.of(needs("plugin", off)));

        assertThat(container.getOptions().getTcpEstablished()).isNull();
        assertThat(container.getOptionsAddedBy()).isEmpty();
    }

    private static Detection needs(String detector, CheckpointOptions options) {
        return Detection.of(detector, Map.of()).withOptions(Map.of("main", options));
    }

    private static MigratedContainer plan(InspectedContainer container, CheckpointOptions wanted) {
        MovingPod pod = new MovingPod(Optional.empty(), List.of(container), Optional.empty());
        return OptionPlan.of(container, wanted, Plugins.SHIPPED.detect(pod).detections());
    }

    private static InspectedContainer container(String workload) {
        InspectedContainer container = new InspectedContainer();
        container.setName("main");
        container.setWorkload(workload);
        return container;
    }
}
