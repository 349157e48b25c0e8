package dev.podmigration.agent.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.guard.HookDirectory;
import dev.podmigration.agent.guard.HookGuard;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

class NodePartsTest {

    @TempDir Path root;

    private CrioNode node;
    private NodeParts parts;

    @BeforeEach
    void makeNode() throws IOException {
        node = new CrioNode(root);
        parts = new NodeParts(node.host, node.socket(), node, node);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void afterAnInstallEverythingIsInItsPlaceAndCrioKnowsTheHandler() throws Exception {
        parts.install();

        assertThat(parts.state().missing()).isEmpty();
        assertThat(root.resolve("var/lib/podmigration/bin/launcher")).isExecutable();
        assertThat(root.resolve("var/lib/podmigration/bin/hook")).isExecutable();
        assertThat(root.resolve("var/lib/podmigration/runtime")).hasContent("/usr/bin/crun\n");
        assertThat(root.resolve("etc/criu/crun.conf")).content().contains("action-script");
        assertThat(node.reloads()).isEqualTo(1);
    }

    @Test
    void theHandlerIsLikeTheNodesOwnButForTheProgram() throws Exception {
        parts.install();
        JsonNode handler =
                new TomlMapper()
                        .readTree(
                                Files.readString(
                                        root.resolve("etc/crio/crio.conf.d/99-podmigration.conf")))
                        .at("/crio/runtime/runtimes/podmigration");
        assertThat(handler.path("runtime_path").asText())
                .isEqualTo("/var/lib/podmigration/bin/launcher");
        assertThat(handler.path("runtime_type").asText()).isEqualTo("oci");
        assertThat(handler.path("runtime_root").asText()).isEqualTo("/run/crun");
        assertThat(handler.path("monitor_cgroup").asText()).isEqualTo("system.slice");
        assertThat(handler.path("monitor_env").get(0).asText()).isEqualTo("PATH=/usr/bin:/bin");
        assertThat(handler.path("container_create_timeout").asInt()).isEqualTo(240);
        assertThat(handler.path("allowed_annotations")).hasSize(1);
        assertThat(handler.has("platform_runtime_paths")).isFalse();
        assertThat(handler.has("inherit_default_runtime")).isFalse();
    }

    @Test
    void aSecondInstallChangesNothing() throws Exception {
        parts.install();
        Map<String, String> before = node.content();
        parts.install();
        assertThat(node.content()).isEqualTo(before);
        assertThat(node.reloads()).isEqualTo(1);
    }

    @Test
    void anUninstallLeavesTheNodeAsItWas() throws Exception {
        Map<String, String> before = node.content();
        parts.install();
        parts.uninstall();
        assertThat(node.content()).isEqualTo(before);
        assertThat(node.handlers()).doesNotContain("podmigration");
        parts.uninstall();
        assertThat(node.content()).isEqualTo(before);
    }

    @Test
    void whatTheAdministratorWroteStays() throws Exception {
        Files.createDirectories(root.resolve("etc/criu"));
        Files.writeString(root.resolve("etc/criu/runc.conf"), "timeout 30");
        Files.writeString(root.resolve("etc/crio/crio.conf.d/10-own.conf"), "[crio]\n");
        Map<String, String> before = node.content();

        parts.install();
        assertThat(root.resolve("etc/criu/crun.conf")).doesNotExist();
        assertThat(root.resolve("etc/criu/runc.conf"))
                .content()
                .startsWith("timeout 30\n")
                .contains("action-script");
        parts.uninstall();

        assertThat(node.content()).isEqualTo(before);
    }

    @Test
    void whatAnAgentLeftThatWasKilledInTheMiddleIsTakenAwayToo() throws Exception {
        Map<String, String> before = node.content();
        parts.install();
        Files.writeString(root.resolve("etc/crio/.99-podmigration.conf.podmigration"), "[crio.run");
        Files.writeString(root.resolve("etc/criu/.crun.conf.podmigration"), "# BEG");
        Files.writeString(
                root.resolve("var/lib/podmigration/bin/.launcher.podmigration"), "#!/bin");
        Files.createDirectories(root.resolve("run/podmigration/dumps/x"));
        Files.delete(root.resolve("etc/crio/crio.conf.d/99-podmigration.conf"));

        parts.uninstall();

        assertThat(node.content()).isEqualTo(before);
    }

    @Test
    void hooksGoWhereCrioFindsThemAfterARestartOfTheNode() throws Exception {
        parts.install();

        assertThat(root.resolve("var/lib/podmigration/hook-directory"))
                .hasContent("/usr/share/containers/oci/hooks.d\n");
        assertThat(new HookDirectory(node.host).prove().proved()).isTrue();
    }

    @Test
    void aNodeWithoutAPlaceForHooksSaysSo() throws Exception {
        Files.delete(root.resolve("usr/share/containers/oci/hooks.d"));
        parts.install();

        assertThat(parts.state().missing()).isEmpty();
        assertThat(new HookDirectory(node.host).prove().proved()).isFalse();
    }

    @Test
    void whatWasRefusedIsAllowedWhenTheAgentGoes() throws Exception {
        Path foreign = root.resolve("usr/share/containers/oci/hooks.d/other.json");
        Files.writeString(foreign, "{}");
        Map<String, String> before = node.content();
        parts.install();
        HookGuard guard = new HookGuard(new HookDirectory(node.host));
        guard.prepare("0c5e3f00-6a7e-4d1c-9a52-1d2c3b4a5f60");
        guard.refuse("0c5e3f01-6a7e-4d1c-9a52-1d2c3b4a5f60");

        parts.uninstall();

        assertThat(node.content()).isEqualTo(before);
    }

    @Test
    void unfinishedConfigurationIsNeverWhereCrioWouldReadIt() throws Exception {
        parts.install();
        assertThat(root.resolve("etc/crio/crio.conf.d"))
                .isDirectoryContaining("glob:**/99-podmigration.conf")
                .isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void changedPartsAreNoticedAndRepaired() throws Exception {
        parts.install();
        Files.writeString(root.resolve("var/lib/podmigration/bin/launcher"), "#!/bin/sh\n");
        Files.writeString(root.resolve("etc/criu/crun.conf"), "");

        assertThat(parts.state().missing())
                .containsExactlyInAnyOrder(
                        "/var/lib/podmigration/bin/launcher", "/etc/criu/crun.conf");
        parts.install();

        assertThat(parts.state().isComplete()).isTrue();
    }

    @Test
    void aHandlerThatPodsStillNeedIsNotTakenAway() throws Exception {
        parts.install();
        Map<String, String> before = node.content();
        node.podsOfHandler = List.of("shop/cart-0");

        assertThatThrownBy(parts::uninstall)
                .isInstanceOf(AgentFailure.class)
                .hasMessageContaining("shop/cart-0");

        assertThat(node.content()).isEqualTo(before);
    }

    @Test
    void theDropInGoesWhereCrioWasToldToLook() throws Exception {
        try (CrioNode other =
                new CrioNode(
                        Files.createDirectory(root.resolve("other")),
                        "--config-dir",
                        "/opt/crio.d")) {
            CrioProcess process = CrioProcess.find(other.host, other.socket());
            assertThat(process.pid()).isEqualTo(other.pid());
            assertThat(process.dropInDirectory()).isEqualTo("/opt/crio.d");
        }
        assertThat(CrioProcess.find(node.host, node.socket()).dropInDirectory())
                .isEqualTo("/etc/crio/crio.conf.d");
    }

    @Test
    void aRuntimeThatIsNotThereIsSaidSo() throws Exception {
        Files.delete(root.resolve("usr/bin/crun"));
        assertThatThrownBy(parts::install)
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure ->
                                assertThat(failure.reason())
                                        .isEqualTo(FailureReason.CheckpointNotSupported));
        assertThat(root.resolve("etc/crio/crio.conf.d")).isEmptyDirectory();
    }
}
