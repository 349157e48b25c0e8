package dev.podmigration.examples.flink;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** A verdict of "0 wrong counts" is worth something only if wrong ones are seen. */
class SelfCheckingCounterTest {
    @Test
    void numbersInOrderAreCountedRight() throws Exception {
        JobExecutionResult result = count(numbersBelow(35));
        assertThat(records(result)).isEqualTo(35);
        assertThat(wrongCounts(result)).isZero();
    }

    @Test
    void everyCountAfterALostRecordIsWrong() throws Exception {
        List<Long> numbers = numbersBelow(40);
        numbers.remove(12L);
        // 22 and 32 are the second and third of their key now.
        assertThat(wrongCounts(count(numbers))).isEqualTo(2);
    }

    @Test
    void everyCountFromARepeatedRecordOnIsWrong() throws Exception {
        List<Long> numbers = numbersBelow(40);
        numbers.add(13, 12L);
        assertThat(wrongCounts(count(numbers))).isEqualTo(3);
    }

    @Test
    void theLongestTimeWithoutARecordIsMeasured() throws Exception {
        // Buffers between the tasks may let the record before the pause arrive late, but not the
        // one after it early.
        assertThat(gapOfPauseBefore(20, 0)).isBetween(100L, 10_000L);
    }

    @Test
    void pausesWhileTheTaskWarmsUpAreNotMeasured() throws Exception {
        assertThat(gapOfPauseBefore(20, 30)).isZero();
    }

    private static long gapOfPauseBefore(long pausedNumber, long unmeasuredRecords)
            throws Exception {
        return run(numbersBelow(30), pausedNumber, unmeasuredRecords)
                .<Long>getAccumulatorResult("maxGapMillis");
    }

    private static JobExecutionResult count(List<Long> numbers) throws Exception {
        return run(numbers, -1, 0);
    }

    private static JobExecutionResult run(
            List<Long> numbers, long pausedNumber, long unmeasuredRecords) throws Exception {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(1);
        environment
                .fromData(numbers)
                .map(
                        number -> {
                            if (number == pausedNumber) {
                                Thread.sleep(300);
                            }
                            return number;
                        })
                .keyBy(number -> number % CounterJob.KEYS)
                .process(new SelfCheckingCounter(unmeasuredRecords))
                .sinkTo(new DiscardingSink<>());
        return environment.execute();
    }

    private static List<Long> numbersBelow(long end) {
        return new ArrayList<>(LongStream.range(0, end).boxed().toList());
    }

    private static long records(JobExecutionResult result) {
        return result.<Long>getAccumulatorResult("records");
    }

    private static long wrongCounts(JobExecutionResult result) {
        return result.<Long>getAccumulatorResult("wrongCounts");
    }
}
