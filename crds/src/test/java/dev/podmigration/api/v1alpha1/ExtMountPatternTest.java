package dev.podmigration.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.regex.Pattern;

/** The entries end in a file that CRIU reads as root and that may name programs to run. */
class ExtMountPatternTest {
    private static final Pattern ENTRY = Pattern.compile(CheckpointOptions.EXT_MOUNT);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/proc/sys/fs/mqueue:/proc/sys/fs/mqueue",
                "/data:/var/lib/kubelet/pods/6c1/volumes/kubernetes.io~configmap/a..b"
            })
    void pathAndPathPass(String entry) {
        assertThat(ENTRY.matcher(entry).matches()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/a",
                "/a:",
                ":/b",
                "a:/b",
                "/a:b",
                "/a:/b:/c",
                "/:/",
                "/a:/b\n",
                "/a:/b\naction-script /tmp/x",
                "/a b:/c",
                "/a:/b\t",
                "/a:/b#",
                "/a:/b\r",
                "/a:/b\"",
                "/a:/b\\",
                "/a:/b,/c",
                "/a:/b\u0000",
                "/a:/b\u00a0"
            })
    void everythingElseFails(String entry) {
        assertThat(ENTRY.matcher(entry).matches()).isFalse();
    }
}
