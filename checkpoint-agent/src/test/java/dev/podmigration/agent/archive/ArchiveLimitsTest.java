package dev.podmigration.agent.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.podmigration.agent.archive.ArchiveLimits.Excess;
import dev.podmigration.agent.commit.ObjectKey;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

class ArchiveLimitsTest {

    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final ArchiveLimits LIMITS = new ArchiveLimits(Duration.ofHours(10), 3, 100);

    @Test
    void what_is_within_all_limits_stays() {
        assertThat(LIMITS.excess(List.of(archive(1, 50), archive(10, 50)), NOW)).isEmpty();
    }

    @Test
    void what_is_too_old_goes() {
        assertThat(LIMITS.excess(List.of(archive(1, 1), archive(11, 1)), NOW))
                .containsExactly(Map.entry(archive(11, 1), Excess.AGE));
    }

    @Test
    void of_too_many_the_oldest_go() {
        List<Archive> five =
                List.of(archive(3, 1), archive(1, 1), archive(5, 1), archive(2, 1), archive(4, 1));

        assertThat(LIMITS.excess(five, NOW).sequencedKeySet())
                .containsExactly(archive(5, 1), archive(4, 1));
        assertThat(LIMITS.excess(five, NOW).values()).containsOnly(Excess.COUNT);
    }

    @Test
    void of_too_large_ones_the_oldest_go() {
        assertThat(LIMITS.excess(List.of(archive(1, 60), archive(2, 60), archive(3, 10)), NOW))
                .containsExactly(
                        Map.entry(archive(3, 10), Excess.SIZE),
                        Map.entry(archive(2, 60), Excess.SIZE));
    }

    @Test
    void the_newest_stays_however_large_it_is() {
        assertThat(LIMITS.excess(List.of(archive(1, 5000)), NOW)).isEmpty();
    }

    @Test
    void limits_are_positive() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ArchiveLimits(Duration.ofHours(1), 0, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ArchiveLimits(Duration.ZERO, 1, 1));
    }

    @Test
    void each_limit_can_be_said() {
        assertThat(LIMITS.text(Excess.AGE)).isEqualTo("it was older than 10 h");
        assertThat(LIMITS.text(Excess.COUNT)).isEqualTo("there were more than 3");
        assertThat(new ArchiveLimits(Duration.ofHours(1), 1, 5L << 30).text(Excess.SIZE))
                .isEqualTo("all of them together were larger than 5120 MiB");
    }

    private static Archive archive(int hours, long bytes) {
        return new Archive(
                new ObjectKey("shop", "keep", "uid"),
                "/checkpoints/checkpoint-" + hours + ".tar",
                NOW.minus(Duration.ofHours(hours)),
                bytes);
    }
}
