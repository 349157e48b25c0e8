package dev.podmigration.e2e.bench.flink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;

class TableTest {

    @Test
    void timesAreMediansAndWhatMustNotHappenIsCountedInAllRounds() {
        WayResult result =
                new WayResult(
                        "2.3.0",
                        Way.Checkpoint,
                        List.of(
                                new Measured(900, 0, 1, 1 << 20, 5000, 0),
                                new Measured(1200, 0, 0, 3 << 20, 6000, 2),
                                new Measured(1000, 0, 1, 2 << 20, 4000, 1)));
        assertThat(Table.markdown(List.of(result)))
                .endsWith(
                        "| 2.3.0 | Checkpoint | 1.00 s (0.90 to 1.20) | 0 | 2 | 3 | 2.0 MiB | 5.0 s"
                                + " |\n");
    }
}
