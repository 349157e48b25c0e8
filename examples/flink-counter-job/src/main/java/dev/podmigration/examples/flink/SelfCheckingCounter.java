package dev.podmigration.examples.flink;

import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.accumulators.LongMaximum;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Counts per key, in checkpointed state. Numbers come in order, so number {@code n} is the {@code n
 * / KEYS + 1}-th of its key: any other count means that a record was lost or counted twice.
 *
 * <p>Accumulators, to be had from Flink's REST API while the job runs: {@code records}, {@code
 * wrongCounts}, and {@code maxGapMillis}, the longest time without a record. They start again from
 * zero when the task restarts.
 */
final class SelfCheckingCounter extends KeyedProcessFunction<Long, Long, Tuple2<Long, Long>> {
    private static final long serialVersionUID = 1L;

    private final long unmeasuredRecords;
    private transient ValueState<Long> count;
    private transient LongCounter records;
    private transient LongCounter wrongCounts;
    private transient LongMaximum maxGapMillis;
    private transient long lastRecordMillis;

    /**
     * @param unmeasuredRecords so many records after the start of the task do not count for the
     *     longest gap: while the JVM warms up, pauses are its own
     */
    SelfCheckingCounter(long unmeasuredRecords) {
        this.unmeasuredRecords = unmeasuredRecords;
    }

    @Override
    public void open(OpenContext context) {
        count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
        records = new LongCounter();
        wrongCounts = new LongCounter();
        maxGapMillis = new LongMaximum();
        // A maximum of nothing is the smallest long.
        maxGapMillis.add(0L);
        getRuntimeContext().addAccumulator("records", records);
        getRuntimeContext().addAccumulator("wrongCounts", wrongCounts);
        getRuntimeContext().addAccumulator("maxGapMillis", maxGapMillis);
    }

    @Override
    public void processElement(Long number, Context context, Collector<Tuple2<Long, Long>> out)
            throws Exception {
        Long before = count.value();
        long now = before == null ? 1 : before + 1;
        count.update(now);
        if (now != CountCheck.rightCount(number)) {
            wrongCounts.add(1L);
        }
        records.add(1L);
        measureGap();
        out.collect(Tuple2.of(number, now));
    }

    // Wall-clock time: the monotonic clock of a restored process goes on where it was frozen and
    // would hide the gap.
    private void measureGap() {
        long now = System.currentTimeMillis();
        if (records.getLocalValuePrimitive() > unmeasuredRecords && lastRecordMillis != 0) {
            maxGapMillis.add(now - lastRecordMillis);
        }
        lastRecordMillis = now;
    }
}
