package dev.podmigration.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class CgroupsTest {

    private static final String UID = "0b7e3f0a-6a7e-4d1c-9a52-1d2c3b4a5f60";
    private static final String ID = "4f1c".repeat(16);
    private static final String VERSION_1 =
            """
            40 30 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            41 30 0:32 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer
            42 30 0:33 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate
            """;
    private static final String VERSION_2 =
            "40 30 0:31 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n";

    @TempDir Path root;

    private Host host;

    @BeforeEach
    void makeNode() throws IOException {
        host = Host.at(root);
        Files.createDirectories(root.resolve("proc/1"));
    }

    @Test
    void aPodOfTheCgroupfsDriverIsFoundInTheFreezerHierarchy() throws IOException {
        Cgroups cgroups = mounted(VERSION_1);
        Path pod = make("sys/fs/cgroup/freezer/kubepods/burstable/pod" + UID);
        make("sys/fs/cgroup/freezer/kubepods/burstable/pod" + UID + "/crio-" + ID);
        make("sys/fs/cgroup/freezer/kubepods/burstable/pod" + UID + "/crio-conmon-" + ID);

        PodCgroup found = cgroups.ofPod(UID).orElseThrow();

        assertThat(cgroups.isVersion1()).isTrue();
        assertThat(found.pod().directory()).isEqualTo(pod);
        assertThat(found.containers()).containsOnlyKeys(ID);
        assertThat(found.container(ID).orElseThrow().directory())
                .isEqualTo(pod.resolve("crio-" + ID));
    }

    @Test
    void aPodOfTheSystemdDriverIsFoundInTheUnifiedHierarchy() throws IOException {
        Cgroups cgroups = mounted(VERSION_2);
        String slice = "kubepods-besteffort-pod" + UID.replace('-', '_') + ".slice";
        Path pod = make("sys/fs/cgroup/kubepods.slice/kubepods-besteffort.slice/" + slice);
        make(
                "sys/fs/cgroup/kubepods.slice/kubepods-besteffort.slice/"
                        + slice
                        + "/crio-"
                        + ID
                        + ".scope/inner");
        make("sys/fs/cgroup/system.slice/crio.service");

        PodCgroup found = cgroups.ofPod(UID).orElseThrow();

        assertThat(cgroups.isVersion1()).isFalse();
        assertThat(found.pod().directory()).isEqualTo(pod);
        assertThat(found.container(ID).orElseThrow().directory())
                .isEqualTo(pod.resolve("crio-" + ID + ".scope"));
    }

    @Test
    void aGuaranteedPodBelowANestedRootIsFound() throws IOException {
        Cgroups cgroups = mounted(VERSION_2);
        Path pod =
                make(
                        "sys/fs/cgroup/tenant.slice/tenant-kubepods.slice/tenant-kubepods-pod"
                                + UID.replace('-', '_')
                                + ".slice");
        assertThat(cgroups.ofPod(UID).orElseThrow().pod().directory()).isEqualTo(pod);
    }

    @Test
    void anUnknownPodIsNotAnError() throws IOException {
        make("sys/fs/cgroup/kubepods.slice");
        assertThat(mounted(VERSION_2).ofPod(UID)).isEmpty();
    }

    @Test
    void aNodeWithoutFreezerSaysSo() {
        assertThatThrownBy(() -> mounted("1 1 0:1 / / rw - ext4 /dev/sda rw\n"))
                .hasMessageContaining("neither a cgroup2 nor a freezer hierarchy");
    }

    @Test
    void theUidOfAProcessComesFromItsGroupNames() throws IOException {
        Files.createDirectories(root.resolve("proc/77"));
        Files.writeString(
                root.resolve("proc/77/cgroup"),
                "9:freezer:/kubepods/pod" + UID + "/crio-" + ID + "\n0::/\n");
        assertThat(Cgroups.podUidOf(host, 77)).contains(UID);

        Files.writeString(
                root.resolve("proc/77/cgroup"),
                "0::/../kubepods-pod" + UID.replace('-', '_') + ".slice/crio-" + ID + ".scope\n");
        assertThat(Cgroups.podUidOf(host, 77)).contains(UID);

        Files.writeString(root.resolve("proc/77/cgroup"), "0::/system.slice/sshd.service\n");
        assertThat(Cgroups.podUidOf(host, 77)).isEmpty();
    }

    private Cgroups mounted(String mountinfo) throws IOException {
        Files.writeString(root.resolve("proc/1/mountinfo"), mountinfo);
        return Cgroups.of(host);
    }

    private Path make(String directory) throws IOException {
        return Files.createDirectories(root.resolve(directory));
    }
}
