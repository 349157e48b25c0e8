package dev.podmigration.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.protocol.explore.Explorer;
import dev.podmigration.protocol.model.Migration;
import dev.podmigration.protocol.model.Rules;
import dev.podmigration.protocol.model.World;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/**
 * Never two, never none, and every run ends: in every order of messages, lost answers, limits,
 * crashes, power failures and wishes to cancel, with the decisions that the product takes.
 */
class EveryOrderTest {

    @Test
    void aPodThatGetsANewName() {
        holds("new name, any number of faults", Rules.real(false), 1_500_000);
    }

    @Test
    void aPodThatKeepsItsName() {
        holds("same name, any number of faults", Rules.real(true), 500_000);
    }

    @Test
    void aPodThatGetsANewNameWhileTheOperatorSeesWhatWas() {
        holds("new name, operator's caches lag", Rules.real(false).withLag(0), 1_000_000);
    }

    @Test
    void aPodThatKeepsItsNameWhileTheOperatorSeesWhatWas() {
        holds("same name, operator's caches lag, one fault", Rules.real(true).withLag(1), 900_000);
    }

    /**
     * Explores everything.
     *
     * @param least how many states there are at least: fewer would mean that something is no longer
     *     tried
     */
    private static void holds(String what, Rules rules, int least) {
        long start = System.nanoTime();
        Explorer<World> explored = Migration.explore(rules);
        Violation.tell(what, explored, Duration.ofNanos(System.nanoTime() - start));

        assertThat(Violation.of(explored)).isEmpty();
        assertThat(explored.states()).isGreaterThan(least);
        assertThat(explored.anyMatch(Migration::hasEndedOnTheTarget))
                .as("a migration can succeed")
                .isTrue();
        assertThat(explored.anyMatch(Migration::hasEndedOnTheSource))
                .as("a migration can be undone")
                .isTrue();
        assertThat(explored.anyMatch(Migration::isRolledBackAfterTheGrant))
                .as("a source that has granted can be brought back")
                .isTrue();
    }
}
