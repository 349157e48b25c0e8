package dev.podmigration.operator.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import picocli.CommandLine;

import java.time.Duration;

class SettingsTest {

    @Test
    void withoutASettingEndedMigrationsAreKept() {
        assertThat(settings().retention()).isEmpty();
        assertThat(settings("--ttl-seconds-after-finished=-1").retention()).isEmpty();
    }

    @Test
    void endedMigrationsAreKeptForSomeSecondsOrForNone() {
        assertThat(settings("--ttl-seconds-after-finished=604800").retention())
                .contains(Duration.ofDays(7));
        assertThat(settings("--ttl-seconds-after-finished=0").retention()).contains(Duration.ZERO);
    }

    @Test
    void noNamespaceMeansAll() {
        assertThat(settings("--watch-namespaces=").watchNamespaces()).isEmpty();
        assertThat(settings("--watch-namespaces=a,,b").watchNamespaces())
                .containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void theAgentsAreOneAccountOfTheOperatorsNamespace() {
        assertThat(settings("--namespace=here", "--agent-service-account=agents").agentUser())
                .isEqualTo("system:serviceaccount:here:agents");
    }

    @Test
    void whatCannotBeReadIsRefused() {
        assertThatThrownBy(() -> settings("--ttl-seconds-after-finished=a week"))
                .isInstanceOf(CommandLine.ParameterException.class);
        assertThatThrownBy(() -> settings("--heartbeat-limit=90"))
                .isInstanceOf(CommandLine.ParameterException.class);
    }

    private static Settings settings(String... arguments) {
        return CommandLine.populateCommand(new Settings(), arguments);
    }
}
