package dev.podmigration.operator.phase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodNameMode;
import dev.podmigration.operator.fakes.Case;
import dev.podmigration.operator.fakes.Plugins;
import dev.podmigration.operator.forecast.FreezeHistory;
import dev.podmigration.operator.settings.TimeLimits;

import org.junit.jupiter.api.Test;

/** Between the checks and the choice of a node every node can become unfit. */
class DroppedOutTest {

    private static final String BEGINNING =
            "Since the checks every node that could take the pod has dropped out: ";

    private final PhaseTable phases =
            new PhaseTable(TimeLimits.DEFAULT, new FreezeHistory(), Plugins.NONE);

    @Test
    void eachReasonIsSaidWithItsNodes() {
        Case seen =
                anywhere()
                        .node(
                                "node-c",
                                node ->
                                        node.withNewSpec()
                                                .withUnschedulable(true)
                                                .endSpec()
                                                .withNewStatus()
                                                .addNewCondition()
                                                .withType("Ready")
                                                .withStatus("True")
                                                .endCondition()
                                                .endStatus());

        assertThat(message(seen))
                .isEqualTo(
                        BEGINNING
                                + "NodeNotReady (node-b), NodeCordoned (node-c), SameNode (node-a),"
                                + " NoProvedAgent (node-b, node-c).");
    }

    @Test
    void ofManyNodesOnlySomeAreNamed() {
        Case seen = anywhere();
        for (int i = 1100; i < 2100; i++) {
            seen.node("node-" + i, _ -> {});
        }

        assertThat(message(seen))
                .contains(
                        "NodeNotReady (node-1100, node-1101, node-1102, node-1103, node-1104 and"
                                + " 996")
                .hasSizeLessThan(400);
    }

    @Test
    void aPodThatKeepsItsNameHearsItToo() {
        Case seen =
                anywhere()
                        .migration(
                                migration ->
                                        migration
                                                .getSpec()
                                                .getTarget()
                                                .setPodName(PodNameMode.Keep));

        assertThat(message(seen)).startsWith(BEGINNING).contains("NodeNotReady (node-b)");
    }

    @Test
    void aNodeThatIsGoneIsSaidToBeGone() {
        Case seen =
                Case.in(PodMigrationPhase.Preparing)
                        .migration(
                                migration -> migration.getSpec().getTarget().setNodeName("node-x"));

        assertThat(message(seen)).isEqualTo(BEGINNING + "node node-x is not in the cluster.");
    }

    private String message(Case seen) {
        Decision.GiveUp decision = (Decision.GiveUp) phases.next(seen.build());
        assertThat(decision.failure().getReason()).isEqualTo(FailureReason.NoEligibleNode);
        return decision.failure().getMessage();
    }

    private static Case anywhere() {
        return Case.in(PodMigrationPhase.Preparing)
                .migration(migration -> migration.getSpec().getTarget().setNodeName(null));
    }
}
