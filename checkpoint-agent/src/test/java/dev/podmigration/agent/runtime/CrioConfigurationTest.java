package dev.podmigration.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

class CrioConfigurationTest {

    @Test
    void whatCrioAnswersIsUnderstood() throws IOException {
        CrioConfiguration configuration = CrioConfiguration.parse(real());
        assertThat(configuration.storageRoot()).isEqualTo("/var/lib/containers/storage");
        assertThat(configuration.runRoot()).isEqualTo("/run/containers/storage");
        assertThat(configuration.systemdCgroups()).isFalse();
        assertThat(configuration.checkpointSupport()).isTrue();
        assertThat(configuration.signaturePolicy()).isEmpty();
        assertThat(configuration.runtimes()).containsOnlyKeys("crun", "podmigration");
        CrioRuntime crun = configuration.defaultHandler();
        assertThat(crun.path()).isEqualTo("/usr/bin/crun");
        assertThat(crun.root()).isEqualTo("/run/crun");
        assertThat(crun.isOci()).isTrue();
        assertThat(crun.settings().path("container_create_timeout").asInt()).isEqualTo(240);
    }

    @Test
    void aSignaturePolicyOfItsOwnIsSeen() throws IOException {
        String text =
                real().replace(
                                "signature_policy = \"\"",
                                "signature_policy = \"/etc/crio/policy.json\"");
        assertThat(CrioConfiguration.parse(text).signaturePolicy())
                .contains("/etc/crio/policy.json");
    }

    @Test
    void checkpointsThatAreSwitchedOffAreSeenInBothSpellings() throws IOException {
        String before137 =
                real().replace("enable_criu_support = true", "enable_criu_support = false");
        assertThat(CrioConfiguration.parse(before137).checkpointSupport()).isFalse();
        String since137 =
                real()
                        + "\n"
                        + "[crio.checkpoint_restore]\n"
                        + "container_level_enabled = \"checkpoint_only\"\n";
        assertThat(CrioConfiguration.parse(since137).checkpointSupport()).isFalse();
    }

    @Test
    void anAnswerThatIsNoConfigurationIsATypedError() {
        assertThatThrownBy(() -> CrioConfiguration.parse("<html>"))
                .isInstanceOf(ContainerRuntimeException.class);
        assertThatThrownBy(() -> CrioConfiguration.parse("[crio]\n"))
                .isInstanceOf(ContainerRuntimeException.class)
                .hasMessageContaining("root");
    }

    static String real() throws IOException {
        return resource("crio-1.36-config.toml");
    }

    static String resource(String name) throws IOException {
        try (InputStream stream = CrioConfigurationTest.class.getResourceAsStream(name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
