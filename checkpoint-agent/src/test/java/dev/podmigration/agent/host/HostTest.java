package dev.podmigration.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class HostTest {

    @TempDir Path root;

    private Host host;

    @BeforeEach
    void makeNode() throws IOException {
        host = Host.at(root);
        Files.createDirectories(root.resolve("run/crio"));
        Files.createDirectories(root.resolve("var/lib"));
        Files.createSymbolicLink(root.resolve("var/run"), Path.of("/run"));
        Files.createSymbolicLink(root.resolve("var/lib/again"), Path.of("../run/crio"));
    }

    @Test
    void anAbsoluteLinkStaysInsideTheNode() {
        assertThat(host.path("/var/run/crio")).isEqualTo(root.resolve("run/crio"));
    }

    @Test
    void aRelativeLinkIsFollowedThroughAnAbsoluteOne() {
        assertThat(host.path("/var/lib/again/crio.sock"))
                .isEqualTo(root.resolve("run/crio/crio.sock"));
    }

    @Test
    void dotsCannotLeaveTheNode() throws IOException {
        Files.createSymbolicLink(root.resolve("out"), Path.of("../../../../../../etc"));
        assertThat(host.path("/../../etc/passwd")).isEqualTo(root.resolve("etc/passwd"));
        assertThat(host.path("/out/passwd")).isEqualTo(root.resolve("etc/passwd"));
    }

    @Test
    void whatDoesNotExistYetIsAppended() {
        assertThat(host.path("/var/run/podmigration/restores"))
                .isEqualTo(root.resolve("run/podmigration/restores"));
    }

    @Test
    void theLastLinkCanBeAddressedItself() {
        assertThat(host.pathWithoutLastLink("/var/run")).isEqualTo(root.resolve("var/run"));
        assertThat(host.pathWithoutLastLink("/var/run/crio")).isEqualTo(root.resolve("run/crio"));
    }

    @Test
    void aLoopOfLinksIsAnError() throws IOException {
        Files.createSymbolicLink(root.resolve("a"), Path.of("/b"));
        Files.createSymbolicLink(root.resolve("b"), Path.of("/a"));
        assertThatThrownBy(() -> host.path("/a/file"))
                .hasMessageContaining("too many symbolic links");
    }

    @Test
    void theLinksOfProcessesAreLeftToTheKernel() {
        // /proc/1/root of the machine that runs this test reads "/", which would mean the node's
        // root.
        Host machine = Host.at(Path.of("/"));
        assertThat(machine.path("/proc/self/root/etc")).isEqualTo(Path.of("/proc/self/root/etc"));
        assertThat(machine.path("/proc/1/ns/net")).isEqualTo(Path.of("/proc/1/ns/net"));
    }

    @Test
    void aPathIsTranslatedBackToTheNodesName() {
        assertThat(host.nameOnNode(root.resolve("run/crio"))).isEqualTo("/run/crio");
        assertThatThrownBy(() -> host.nameOnNode(Path.of("/elsewhere")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
