package dev.podmigration.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MountInfoTest {

    @Test
    void anOverlayWithOptionalFieldsIsTakenApart() {
        MountInfo mount =
                MountInfo.parse(
                        "1021 903 0:83 / / rw,relatime master:300 shared:2 - overlay overlay "
                            + "rw,lowerdir=/var/l/A:/var/l/B,upperdir=/var/lib/containers/storage/overlay/7f/diff,workdir=/w");
        assertThat(mount.type()).isEqualTo("overlay");
        assertThat(mount.mountPoint()).isEqualTo("/");
        assertThat(mount.superOption("upperdir"))
                .contains("/var/lib/containers/storage/overlay/7f/diff");
        assertThat(mount.superOption("lowerdir")).contains("/var/l/A:/var/l/B");
        assertThat(mount.superOption("volatile")).isEmpty();
    }

    @Test
    void escapedCharactersAreRestored() {
        MountInfo mount =
                MountInfo.parse("36 35 98:0 /a\\040b /mnt/x\\134y ro - ext4 /dev/sd\\011a rw");
        assertThat(mount.root()).isEqualTo("/a b");
        assertThat(mount.mountPoint()).isEqualTo("/mnt/x\\y");
        assertThat(mount.source()).isEqualTo("/dev/sd\ta");
        assertThat(mount.options()).containsExactly("ro");
    }
}
