package dev.podmigration.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.podmigration.agent.archive.ArchiveLimits;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

class SettingsTest {

    @Test
    void what_is_not_set_has_a_default() {
        Settings settings = Settings.of(with(Map.of()));

        assertThat(settings.peerAddress()).isEqualTo("10.0.0.7:9444");
        assertThat(settings.archives())
                .isEqualTo(new ArchiveLimits(Duration.ofDays(7), 20, 20L << 30));
        assertThat(settings.leftoverAge()).isEqualTo(Duration.ofMinutes(15));
    }

    @Test
    void limits_of_what_a_node_keeps_can_be_set() {
        Settings settings =
                Settings.of(
                        with(
                                Map.of(
                                        "PODMIGRATION_ARCHIVE_MAX_AGE_HOURS", "1",
                                        "PODMIGRATION_ARCHIVE_MAX_COUNT", "2",
                                        "PODMIGRATION_ARCHIVE_MAX_GIB", "3",
                                        "PODMIGRATION_LEFTOVER_MINUTES", "4")));

        assertThat(settings.archives())
                .isEqualTo(new ArchiveLimits(Duration.ofHours(1), 2, 3L << 30));
        assertThat(settings.leftoverAge()).isEqualTo(Duration.ofMinutes(4));
    }

    @Test
    void a_limit_of_nothing_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.of(with(Map.of("PODMIGRATION_ARCHIVE_MAX_COUNT", "0"))))
                .withMessageContaining("PODMIGRATION_ARCHIVE_MAX_COUNT");
    }

    @Test
    void an_agent_without_a_node_does_not_start() {
        Map<String, String> environment = with(Map.of());
        environment.remove("NODE_NAME");

        assertThatIllegalArgumentException().isThrownBy(() -> Settings.of(environment));
    }

    private static Map<String, String> with(Map<String, String> more) {
        Map<String, String> environment =
                new HashMap<>(
                        Map.of(
                                "NODE_NAME", "node-a",
                                "NODE_IP", "10.0.0.7",
                                "POD_NAMESPACE", "podmigration-system"));
        environment.putAll(more);
        return environment;
    }
}
