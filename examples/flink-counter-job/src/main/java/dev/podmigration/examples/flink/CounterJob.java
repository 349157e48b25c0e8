package dev.podmigration.examples.flink;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * Numbers 0, 1, 2, ... are counted in ten groups. The job knows what each count must be, so it
 * needs nobody to compare it with; what it found is in the accumulators named in {@link
 * SelfCheckingCounter}.
 */
public final class CounterJob {
    static final int KEYS = 10;
    private static final double RECORDS_PER_SECOND = 200;
    private static final long WARM_UP_RECORDS = 1000;
    // So short that some checkpoint always meets the freeze of a migration.
    private static final long CHECKPOINT_INTERVAL_MILLIS = 1000;

    private CounterJob() {}

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment();
        define(environment);
        environment.execute("self-checking counter");
    }

    static void define(StreamExecutionEnvironment environment) {
        environment.setParallelism(1);
        environment.enableCheckpointing(CHECKPOINT_INTERVAL_MILLIS);
        DataGeneratorSource<Long> numbers =
                new DataGeneratorSource<>(
                        number -> number,
                        Long.MAX_VALUE,
                        RateLimiterStrategy.perSecond(RECORDS_PER_SECOND),
                        Types.LONG);
        environment
                .fromSource(numbers, WatermarkStrategy.noWatermarks(), "numbers")
                .uid("numbers")
                .keyBy(number -> number % KEYS)
                .process(new SelfCheckingCounter(WARM_UP_RECORDS))
                .uid("counter")
                .name("counter")
                .sinkTo(new DiscardingSink<>())
                .uid("sink")
                .name("sink");
    }
}
