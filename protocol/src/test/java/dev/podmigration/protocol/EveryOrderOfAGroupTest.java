package dev.podmigration.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.protocol.explore.Explorer;
import dev.podmigration.protocol.model.GroupMigration;
import dev.podmigration.protocol.model.GroupRules;
import dev.podmigration.protocol.model.GroupWorld;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/**
 * Two pods that move as one: never two, never none, and never one here and the other one there,
 * unless what was restored of one has died.
 */
class EveryOrderOfAGroupTest {

    @Test
    void twoPodsMoveAsOne() {
        long start = System.nanoTime();
        Explorer<GroupWorld> explored = GroupMigration.explore(GroupRules.real());
        Violation.tell(
                "a group, any number of faults",
                explored,
                Duration.ofNanos(System.nanoTime() - start));

        assertThat(Violation.ofGroup(explored)).isEmpty();
        assertThat(explored.states()).isGreaterThan(100_000);
        assertThat(explored.anyMatch(GroupMigration::hasEndedOnTheTargets))
                .as("both can move")
                .isTrue();
        assertThat(explored.anyMatch(GroupMigration::hasEndedOnTheSources))
                .as("both can be undone")
                .isTrue();
        assertThat(explored.anyMatch(GroupMigration::hasEndedApart))
                .as("one whose memory died after it had asked comes back alone")
                .isTrue();
    }
}
