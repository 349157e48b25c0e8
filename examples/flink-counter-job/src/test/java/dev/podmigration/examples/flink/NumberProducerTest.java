package dev.podmigration.examples.flink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumberProducerTest {

    @Test
    void itBeginsWithTheFirstNumbers() {
        assertThat(NumberProducer.next(new long[] {0, 0})).containsExactly(0, 1);
    }

    @Test
    void itGoesOnWhereEachPartitionEnds() {
        // 0, 2, 4 and 1 are there.
        assertThat(NumberProducer.next(new long[] {3, 1})).containsExactly(6, 3);
    }
}
