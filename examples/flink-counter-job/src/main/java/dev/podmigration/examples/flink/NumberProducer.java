package dev.podmigration.examples.flink;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes the numbers 0, 1, 2, ... to Kafka, {@value #PER_SECOND} in a second, each exactly once.
 * When it is started again it goes on where it was.
 */
public final class NumberProducer {
    private static final int PER_SECOND = 200;

    private NumberProducer() {}

    public static void main(String[] args) throws Exception {
        String brokers = Topics.brokers(args);
        long[] next;
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
            next = next(ends(admin));
        }
        produce(brokers, next);
    }

    private static long[] ends(Admin admin) throws InterruptedException, ExecutionException {
        long[] ends = new long[Topics.PARTITIONS];
        for (int partition = 0; partition < ends.length; partition++) {
            TopicPartition place = new TopicPartition(Topics.NUMBERS, partition);
            ends[partition] =
                    admin.listOffsets(Map.of(place, OffsetSpec.latest()))
                            .partitionResult(place)
                            .get()
                            .offset();
        }
        return ends;
    }

    /** The next number of each partition, of which {@code ends} many are there. */
    static long[] next(long[] ends) {
        long[] next = new long[ends.length];
        for (int partition = 0; partition < ends.length; partition++) {
            next[partition] = ends[partition] * ends.length + partition;
        }
        return next;
    }

    // A producer of Kafka neither loses nor repeats a record in one life, unless it says so.
    private static void produce(String brokers, long[] next) {
        Map<String, Object> settings = Map.of("bootstrap.servers", brokers);
        StringSerializer text = new StringSerializer();
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings, text, text)) {
            long began = System.nanoTime();
            for (long sent = 0; ; sent++) {
                int partition = smallest(next);
                // The callback hears of the outcome.
                var unused =
                        producer.send(
                                new ProducerRecord<>(
                                        Topics.NUMBERS,
                                        partition,
                                        null,
                                        Long.toString(next[partition])),
                                (where, failed) -> {
                                    if (failed != null) {
                                        failed.printStackTrace();
                                        Runtime.getRuntime().halt(1);
                                    }
                                });
                next[partition] += next.length;
                LockSupport.parkNanos(
                        began + (sent + 1) * 1_000_000_000L / PER_SECOND - System.nanoTime());
            }
        }
    }

    private static int smallest(long[] next) {
        int smallest = 0;
        for (int partition = 1; partition < next.length; partition++) {
            if (next[partition] < next[smallest]) {
                smallest = partition;
            }
        }
        return smallest;
    }
}
