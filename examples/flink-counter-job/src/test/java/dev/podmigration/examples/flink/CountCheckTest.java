package dev.podmigration.examples.flink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.stream.LongStream;

class CountCheckTest {
    private final CountCheck check = new CountCheck(0);

    @Test
    void eachNumberOnceWithItsCountIsRight() {
        LongStream.range(0, 40).forEach(this::see);
        assertThat(check.records()).isEqualTo(40);
        assertThat(check.wrong()).isZero();
    }

    @Test
    void theOrderCountsOnlyWithinAKey() {
        LongStream.of(1, 0, 11, 21, 10).forEach(this::see);
        assertThat(check.wrong()).isZero();
    }

    @Test
    void aNumberThatIsMissingIsSeenAtTheNextOfItsKey() {
        LongStream.of(0, 1, 2, 10, 21, 20).forEach(this::see);
        assertThat(check.wrong()).isEqualTo(1);
    }

    @Test
    void aNumberThatComesTwiceIsWrong() {
        LongStream.of(0, 1, 10, 10, 20).forEach(this::see);
        assertThat(check.wrong()).isEqualTo(1);
    }

    @Test
    void aCountOfAnotherNumberIsWrong() {
        check.accept(0, 1, 0);
        check.accept(10, 3, 0);
        assertThat(check.wrong()).isEqualTo(1);
    }

    @Test
    void theLongestTimeWithoutACountIsMeasuredFromWhenItIsAsked() {
        CountCheck later = new CountCheck(5000);
        later.accept(0, 1, 1000);
        later.accept(1, 1, 4000);
        later.accept(2, 1, 5500);
        later.accept(3, 1, 5600);
        assertThat(later.longestGapMillis()).isEqualTo(1500);
        assertThat(later.lastMillis()).isEqualTo(5600);
    }

    private void see(long number) {
        check.accept(number, number / 10 + 1, number);
    }
}
