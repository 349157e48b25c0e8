package dev.podmigration.agent.canary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.host.CommandResult;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.HostCommand;
import dev.podmigration.agent.host.TmpfsMounts;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

class SwapProofTest {

    private static final String HEADINGS = "Filename Type Size Used Priority\n";

    @TempDir Path root;

    private boolean kernelHasNoSwap = true;

    @BeforeEach
    void makeTheNode() throws Exception {
        Files.createDirectories(root.resolve("proc/1"));
        Files.writeString(root.resolve("proc/1/mountinfo"), "");
        Files.writeString(root.resolve("proc/swaps"), HEADINGS);
    }

    @Test
    void a_kernel_that_keeps_images_out_of_the_swap_is_proved_whatever_is_swapped()
            throws Exception {
        Files.writeString(root.resolve("proc/swaps"), HEADINGS + "/swapfile file 1 0 -2\n");

        assertThat(prove().proved()).isTrue();
        assertThat(root.resolve("run/podmigration/swap-probe")).doesNotExist();
    }

    @Test
    void an_old_kernel_without_swap_will_do() throws Exception {
        kernelHasNoSwap = false;

        assertThat(prove().proved()).isTrue();
        assertThat(prove().message()).contains("no swap", "6.4");
    }

    @Test
    void an_old_kernel_that_swaps_is_not_proved() throws Exception {
        kernelHasNoSwap = false;
        Files.writeString(root.resolve("proc/swaps"), HEADINGS + "/dev/sda2 partition 1 0 -2\n");

        Proof proof = prove();
        assertThat(proof.proved()).isFalse();
        assertThat(proof.ability()).isEqualTo("NoSwap");
        assertThat(proof.message()).contains("disk");
    }

    private Proof prove() throws Exception {
        Host host = Host.at(root);
        HostCommand mount =
                new HostCommand() {
                    @Override
                    public CommandResult run(Duration limit, List<String> command) {
                        boolean refused =
                                !kernelHasNoSwap
                                        && command.stream().anyMatch(a -> a.contains("noswap"));
                        return new CommandResult(command, refused ? 32 : 0, "", "");
                    }
                };
        return new SwapProof(host, new TmpfsMounts(host, mount)).prove();
    }
}
