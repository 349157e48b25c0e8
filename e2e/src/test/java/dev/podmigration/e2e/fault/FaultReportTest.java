package dev.podmigration.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

class FaultReportTest {

    private static final Fault HALT = new Fault.Halt("operator", "operator does CreatePod");

    @Test
    void everyFaultHasALineThatSumsUpItsRuns() {
        FaultReport report = FaultReport.parse("");
        report.put(row("m1", HALT, "Succeeded", 700));
        report.put(row("m2", HALT, "RolledBack RestoreFailed", 900));
        report.put(
                row(
                        "r1",
                        new Fault.After(Duration.ofMillis(5), Disturbance.SOURCE_POWER_CUT),
                        "Failed AgentUnreachable",
                        -1));

        assertThat(report.text())
                .startsWith(
                        "3 runs: 0 with two copies, 0 with none, 0 with leftovers, 0 with anything"
                                + " wrong.\n")
                .contains(
                        "| kill -9 of operator | 2 | RolledBack RestoreFailed: 1, Succeeded: 1 |"
                                + " 900 ms | 0 |\n",
                        "| 1 | Failed AgentUnreachable: 1 | new connections | 0 |\n",
                        "| m1 | kill -9 of operator | operator does CreatePod | Succeeded | 700 ms"
                                + " | none |\n");
    }

    @Test
    void whatIsWrongIsCounted() {
        FaultReport report = FaultReport.parse("");
        report.put(
                FaultReport.Row.of(
                        "m1",
                        new FaultResult(
                                HALT,
                                true,
                                "Succeeded",
                                1,
                                List.of("TWO COPIES: a|b", "leftovers: a file"))));
        report.put(
                FaultReport.Row.of(
                        "m2",
                        new FaultResult(HALT, false, "Succeeded", 1, List.of("one copy: none"))));

        assertThat(report.summary())
                .isEqualTo(
                        "2 runs: 1 with two copies, 1 with none, 1 with leftovers, 2 with anything"
                                + " wrong.");
        assertThat(report.text()).contains("Succeeded (not reached)", "TWO COPIES: a/b; leftovers");
    }

    @Test
    void aLaterRunAddsItsRowsAndReplacesThoseThatItDoesAgain() {
        FaultReport first = FaultReport.parse("");
        first.put(row("m1", HALT, "Succeeded", 1));
        first.put(row("m2", HALT, "Succeeded", 2));

        FaultReport second = FaultReport.parse(first.text());
        second.put(row("m2", HALT, "RolledBack Cancelled", 3));
        second.put(row("m3", HALT, "Succeeded", 4));

        assertThat(second.text().lines().filter(line -> line.startsWith("| m")))
                .containsExactly(
                        row("m1", HALT, "Succeeded", 1).toString(),
                        row("m2", HALT, "RolledBack Cancelled", 3).toString(),
                        row("m3", HALT, "Succeeded", 4).toString());
        assertThat(FaultReport.parse(second.text()).text()).isEqualTo(second.text());
    }

    @Test
    void rowsAreInOrderOfTheScheduleWhoeverWroteThemFirst() {
        FaultReport report = FaultReport.parse("");
        for (String run : List.of("s1r2", "s1r10", "00", "0")) {
            report.put(row(run, HALT, "Succeeded", 1));
        }
        report.put(row("m1", HALT, "Succeeded", 1));
        report.put(row("m2", new Fault.Flip(), "RolledBack StreamBroken", 1));
        assertThat(
                        report.text()
                                .substring(report.text().indexOf(FaultReport.HEADER))
                                .lines()
                                .skip(2))
                .extracting(line -> line.split("\\|", -1)[1].strip())
                .containsExactly("0", "00", "m2", "m1", "s1r2", "s1r10");
    }

    @Test
    void aPageThatSomebodyHasEditedIsNotGuessedAt() {
        FaultReport report = FaultReport.parse("");
        report.put(row("m1", HALT, "Succeeded", 1));
        String edited = report.text().replace("| 1 ms |", "");
        assertThatThrownBy(() -> FaultReport.parse(edited))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static FaultReport.Row row(String run, Fault fault, String outcome, long gapMillis) {
        return FaultReport.Row.of(run, new FaultResult(fault, true, outcome, gapMillis, List.of()));
    }
}
