package dev.podmigration.agent.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.api.v1alpha1.CheckpointOptions;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

class DumpOptionsTest {

    @Test
    void everyOptionIsALineInCriusWords() throws AgentFailure {
        CheckpointOptions options = new CheckpointOptions();
        options.setFileLocks(true);
        options.setShellJob(true);
        options.setLinkRemap(true);
        options.setExtMountMap(List.of("/proc/sys/fs/mqueue:/proc/sys/fs/mqueue", "/a:/b"));
        options.setGhostLimitBytes(67_108_864L);
        assertThat(DumpOptions.of(options).lines())
                .containsExactly(
                        "tcp-established",
                        "skip-in-flight",
                        "file-locks",
                        "shell-job",
                        "link-remap",
                        "ext-mount-map /a:/b",
                        "ext-mount-map /proc/sys/fs/mqueue:/proc/sys/fs/mqueue",
                        "ghost-limit 67108864",
                        "network-lock skip");
    }

    @Test
    void whatIsNotSaidIsDecidedForAJvm() throws AgentFailure {
        assertThat(DumpOptions.of(new CheckpointOptions())).isEqualTo(DumpOptions.defaults());
    }

    @Test
    void whatIsSwitchedOffIsLeftOut() throws AgentFailure {
        CheckpointOptions options = new CheckpointOptions();
        options.setFileLocks(false);
        options.setShellJob(false);
        assertThat(DumpOptions.of(options).lines())
                .containsExactly("tcp-established", "skip-in-flight", "network-lock skip");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a:/b\naction-script /tmp/evil",
                "/a:/b\n",
                "/a :/b",
                "/a:/b #",
                "/a/../b:/c",
                "a:/b",
                "/a",
                "/a:/b:/c",
                "/a:/b\r",
                "",
                "/a:/b\u0000"
            })
    void nothingAUserWritesCanAddALine(String mount) {
        CheckpointOptions options = new CheckpointOptions();
        options.setExtMountMap(List.of(mount));
        assertThatThrownBy(() -> DumpOptions.of(options))
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure ->
                                assertThat(failure.reason())
                                        .isEqualTo(FailureReason.OptionNotSupported));
    }

    @Test
    void theRecordItselfRefusesWhatTheApiWouldHaveRefused() {
        assertThatThrownBy(
                        () ->
                                new DumpOptions(
                                        true,
                                        true,
                                        true,
                                        false,
                                        Map.of("/a", "/b\nexec-cmd"),
                                        OptionalLong.empty()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () ->
                                new DumpOptions(
                                        true, true, true, false, Map.of(), OptionalLong.of(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
