package dev.podmigration.examples.flink;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Reads all counts that are committed in Kafka and says what is wrong with them, and how long at
 * most nothing was written: {@code CountVerdict [BROKERS [SINCE]]}. Gaps that end before SINCE
 * (milliseconds since 1970) do not count.
 */
public final class CountVerdict {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private CountVerdict() {}

    public static void main(String[] args) {
        CountCheck check = new CountCheck(args.length > 1 ? Long.parseLong(args[1]) : 0);
        Map<String, Object> settings =
                Map.of(
                        "bootstrap.servers",
                        Topics.brokers(args),
                        "isolation.level",
                        "read_committed");
        StringDeserializer text = new StringDeserializer();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings, text, text)) {
            TopicPartition counts = new TopicPartition(Topics.COUNTS, 0);
            consumer.assign(List.of(counts));
            consumer.seekToBeginning(List.of(counts));
            // For one that reads what is committed, the end is where the first open transaction
            // begins.
            long end = consumer.endOffsets(List.of(counts)).get(counts);
            while (consumer.position(counts) < end) {
                for (ConsumerRecord<String, String> record : consumer.poll(PATIENCE)) {
                    String[] words = record.value().split(" ", 2);
                    check.accept(
                            Long.parseLong(words[0]), Long.parseLong(words[1]), record.timestamp());
                }
            }
        }
        System.out.printf(
                "{\"records\":%d,\"wrong\":%d,\"longestGapMillis\":%d,\"lastMillis\":%d}%n",
                check.records(), check.wrong(), check.longestGapMillis(), check.lastMillis());
    }
}
