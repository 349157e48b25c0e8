package dev.podmigration.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.protocol.model.Rules;
import dev.podmigration.protocol.model.Rules.Flaw;

import org.junit.jupiter.api.Test;

/**
 * What docs/protocol.md says that the protocol does not protect from. A test that fails here is
 * good news: then the gap is closed, and belongs to {@link EveryOrderTest}.
 */
class KnownGapTest {

    /**
     * A kubelet that comes back starts every pod that the API server still has for its node, and no
     * record of an agent keeps it from doing so.
     */
    @Test
    void aSourcesNodeThatLosesPowerAfterTheGrantStartsThePodThatIsNotDeletedYet() {
        assertThat(
                        Violation.of(
                                Rules.real(false)
                                        .with(Flaw.STARTS_A_GRANTED_SOURCE_AFTER_A_REBOOT)))
                .map(Violation::kind)
                .contains(Violation.Kind.TWO_COPIES_RUN);
    }
}
