package dev.podmigration.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What is mounted, played by a program that knows some options and notes what it was asked. */
class TmpfsMountsTest {

    @TempDir Path root;

    private final List<String> mounted = new ArrayList<>();
    private String unknownOption = "none";
    private Host host;
    private TmpfsMounts mounts;

    @BeforeEach
    void openTheNode() throws IOException {
        host = Host.at(root);
        Files.createDirectories(root.resolve("proc/1"));
        list("");
        mounts =
                new TmpfsMounts(
                        host,
                        new HostCommand() {
                            @Override
                            public CommandResult run(Duration limit, List<String> command) {
                                boolean refused =
                                        command.stream().anyMatch(a -> a.contains(unknownOption));
                                if (!refused) {
                                    mounted.add(String.join(" ", command));
                                }
                                return new CommandResult(
                                        command, refused ? 32 : 0, "", refused ? "wrong" : "");
                            }
                        });
    }

    @Test
    void pages_are_kept_out_of_the_swap() throws Exception {
        assertThat(mounts.mount(root.resolve("images"), 4096))
                .isEqualTo(TmpfsMounts.Pages.IN_MEMORY);
        assertThat(mounted)
                .containsExactly(
                        "mount -t tmpfs -o mode=0700,size=4096,noswap podmigration /images");
    }

    @Test
    void an_older_kernel_mounts_without_and_it_is_told() throws Exception {
        unknownOption = "noswap";

        assertThat(mounts.mount(root.resolve("images"), 4096))
                .isEqualTo(TmpfsMounts.Pages.IN_MEMORY_OR_SWAP);
        assertThat(mounted)
                .containsExactly("mount -t tmpfs -o mode=0700,size=4096 podmigration /images");
    }

    @Test
    void what_cannot_be_mounted_at_all_is_an_error() {
        unknownOption = "tmpfs";

        assertThatExceptionOfType(CommandFailedException.class)
                .isThrownBy(() -> mounts.mount(root.resolve("images"), 4096));
    }

    @Test
    void what_is_there_stays_and_says_what_it_is() throws Exception {
        list("40 30 0:31 / /images rw - tmpfs podmigration rw,size=4k,mode=700,noswap\n");
        assertThat(mounts.mount(root.resolve("images"), 4096))
                .isEqualTo(TmpfsMounts.Pages.IN_MEMORY);

        list("40 30 0:31 / /images rw - tmpfs podmigration rw,size=4k,mode=700\n");
        assertThat(mounts.mount(root.resolve("images"), 4096))
                .isEqualTo(TmpfsMounts.Pages.IN_MEMORY_OR_SWAP);
        assertThat(mounted).isEmpty();
    }

    private static final String OF_CRIU =
            "41 30 0:32 / /tmp/.criu.mntns.xiTWSw rw - tmpfs none rw\n";

    @Test
    void what_a_killed_criu_has_left_is_removed() throws Exception {
        list(OF_CRIU + "42 30 0:33 / /tmp/.criu.mntns.mine.too rw - tmpfs none rw\n");

        mounts.removeLeftByCriu();

        assertThat(mounted)
                .containsExactly(
                        "umount --lazy /tmp/.criu.mntns.xiTWSw", "rmdir /tmp/.criu.mntns.xiTWSw");
    }

    @Test
    void what_may_be_a_working_crius_stays() throws Exception {
        list(OF_CRIU);
        Path criu = Files.createDirectories(root.resolve("proc/77"));
        Files.createSymbolicLink(criu.resolve("exe"), Path.of("/usr/sbin/criu"));

        mounts.removeLeftByCriu();

        assertThat(mounted).isEmpty();
    }

    private void list(String mountInfo) throws IOException {
        Files.writeString(root.resolve("proc/1/mountinfo"), mountInfo);
    }
}
