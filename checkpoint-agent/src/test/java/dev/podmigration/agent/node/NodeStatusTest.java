package dev.podmigration.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.canary.Proof;
import dev.podmigration.api.v1alpha1.MigrationNodeStatus;
import dev.podmigration.api.v1alpha1.NodeVersions;

import io.fabric8.kubernetes.api.model.Condition;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

class NodeStatusTest {

    private static final Instant NOW = Instant.parse("2026-08-01T10:00:00.123456Z");
    private static final Proof DUMPED = new Proof("Checkpoint", true, "A process was dumped.");
    private static final Proof RESTORED = new Proof("Restore", true, "A process was restored.");
    private static final Proof NO_TCP =
            new Proof("TcpEstablished", false, "inet: Connected TCP socket");

    @Test
    void aNodeThatDumpedAndRestoredIsReady() {
        MigrationNodeStatus status = status(report(List.of(DUMPED, RESTORED, NO_TCP), List.of()));
        assertThat(ready(status).getStatus()).isEqualTo("True");
        assertThat(status.getAbilities()).hasSize(3);
        assertThat(status.getAbilities().getLast().isProved()).isFalse();
        assertThat(status.getAbilities().getLast().getMessage()).contains("Connected TCP socket");
        assertThat(status.getObservedAt()).isEqualTo("2026-08-01T10:00:00.123456Z");
        assertThat(status.getCertificateExpiry()).isEqualTo("2027-01-01T00:00:00Z");
    }

    @Test
    void aFailedCanaryIsSaidInItsOwnWords() {
        Condition ready =
                ready(
                        status(
                                report(
                                        List.of(
                                                DUMPED,
                                                new Proof(
                                                        "Restore",
                                                        false,
                                                        "Can't bind inet socket")),
                                        List.of("x"))));
        assertThat(ready.getStatus()).isEqualTo("False");
        assertThat(ready.getReason()).isEqualTo("CanaryFailed");
        assertThat(ready.getMessage()).isEqualTo("Restore: Can't bind inet socket");
    }

    @Test
    void missingPartsKeepANodeFromBeingReady() {
        Condition ready =
                ready(status(report(List.of(DUMPED, RESTORED), List.of("The hook is missing."))));
        assertThat(ready.getStatus()).isEqualTo("False");
        assertThat(ready.getMessage()).isEqualTo("The hook is missing.");
    }

    @Test
    void beforeTheCanaryHasRunNothingIsKnown() {
        assertThat(ready(status(report(List.of(), List.of()))).getStatus()).isEqualTo("Unknown");
    }

    @Test
    void theTimeOfTheConditionMovesOnlyWithItsStatus() {
        MigrationNodeStatus first = status(report(List.of(DUMPED, RESTORED), List.of()));
        Instant later = NOW.plusSeconds(60);

        MigrationNodeStatus same =
                NodeStatus.of(
                        report(List.of(DUMPED, RESTORED, NO_TCP), List.of()), first, 1, later);
        assertThat(ready(same).getLastTransitionTime())
                .isEqualTo(ready(first).getLastTransitionTime());

        MigrationNodeStatus other = NodeStatus.of(report(List.of(), List.of()), first, 1, later);
        assertThat(ready(other).getLastTransitionTime()).isEqualTo("2026-08-01T10:01:00Z");
    }

    private static MigrationNodeStatus status(NodeReport report) {
        return NodeStatus.of(report, new MigrationNodeStatus(), 1, NOW);
    }

    static NodeReport report(List<Proof> proofs, List<String> problems) {
        NodeVersions versions = new NodeVersions();
        versions.setKernel("6.18.44");
        return new NodeReport(
                "10.0.0.7:7443",
                new NodeFacts(versions, "amd64", List.of("avx", "sse")),
                Optional.empty(),
                proofs,
                problems,
                Optional.of(Instant.parse("2027-01-01T00:00:00.5Z")));
    }

    private static Condition ready(MigrationNodeStatus status) {
        return status.getConditions().getFirst();
    }
}
