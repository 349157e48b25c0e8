package dev.podmigration.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.operator.fakes.Case;
import dev.podmigration.operator.fakes.Finished;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Optional;

class RetentionTest {

    private static final Optional<Duration> A_WEEK = Optional.of(Duration.ofDays(7));

    private final PodMigration ended = Finished.migration(0, 1, 100, 500);

    @Test
    void whatAMigrationSaysItselfWins() {
        ended.getSpec().setTtlSecondsAfterFinished(60);

        assertThat(Retention.end(ended, A_WEEK)).contains(Case.NOW.plusSeconds(60));
        assertThat(Retention.end(ended, Optional.empty())).contains(Case.NOW.plusSeconds(60));
    }

    @Test
    void zeroIsAtOnceAndNotNever() {
        ended.getSpec().setTtlSecondsAfterFinished(0);

        assertThat(Retention.end(ended, A_WEEK)).contains(Case.NOW);
    }

    @Test
    void theOthersFollowTheOperator() {
        assertThat(Retention.end(ended, A_WEEK)).contains(Case.NOW.plus(Duration.ofDays(7)));
        assertThat(Retention.end(ended, Optional.empty())).isEmpty();
    }

    @Test
    void theLongestTimeIsNoOverflow() {
        ended.getSpec().setTtlSecondsAfterFinished(Integer.MAX_VALUE);

        assertThat(Retention.end(ended, A_WEEK)).contains(Case.NOW.plusSeconds(Integer.MAX_VALUE));
    }

    @Test
    void whatHasNoEndIsKept() {
        ended.getSpec().setTtlSecondsAfterFinished(0);
        ended.getStatus().setCompletionTime(null);

        assertThat(Retention.end(ended, A_WEEK)).isEmpty();
    }
}
