package dev.podmigration.examples.flink;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The same counting as in {@link CounterJob}, but the numbers come from one topic of Kafka and the
 * counts go to another, exactly once. Parallelism, state backend and checkpoints are those of the
 * cluster's configuration. {@link NumberProducer} writes the numbers, {@link CountVerdict} judges
 * the counts.
 */
public final class KafkaCounterJob {
    private static final long WARM_UP_RECORDS = 1000;

    // Longer than any pause from which the job shall go on; Kafka allows at most 15 minutes.
    private static final String TRANSACTION_TIMEOUT_MILLIS = "600000";

    private KafkaCounterJob() {}

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment();
        define(environment, Topics.brokers(args));
        environment.execute("self-checking counter");
    }

    static void define(StreamExecutionEnvironment environment, String brokers) {
        environment
                .fromSource(numbers(brokers), WatermarkStrategy.noWatermarks(), "numbers")
                .uid("numbers")
                .map(Long::valueOf)
                .returns(Types.LONG)
                .keyBy(number -> number % CounterJob.KEYS)
                .process(new SelfCheckingCounter(WARM_UP_RECORDS))
                .uid("counter")
                .name("counter")
                .map(counted -> counted.f0 + " " + counted.f1)
                .returns(Types.STRING)
                .sinkTo(counts(brokers))
                .uid("sink")
                .name("sink");
    }

    private static KafkaSource<String> numbers(String brokers) {
        return KafkaSource.<String>builder()
                .setBootstrapServers(brokers)
                .setTopics(Topics.NUMBERS)
                .setGroupId("counter")
                .setValueOnlyDeserializer(new SimpleStringSchema())
                .build();
    }

    private static KafkaSink<String> counts(String brokers) {
        return KafkaSink.<String>builder()
                .setBootstrapServers(brokers)
                .setRecordSerializer(
                        KafkaRecordSerializationSchema.builder()
                                .setTopic(Topics.COUNTS)
                                .setValueSerializationSchema(new SimpleStringSchema())
                                .build())
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix("counter")
                .setProperty("transaction.timeout.ms", TRANSACTION_TIMEOUT_MILLIS)
                .build();
    }
}
