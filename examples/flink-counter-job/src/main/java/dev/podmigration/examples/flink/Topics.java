package dev.podmigration.examples.flink;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** What the job and the programs around it agree upon. As a program it makes the topics. */
public final class Topics {
    /** The number {@code n}, as text, is in partition {@code n % PARTITIONS}. */
    static final String NUMBERS = "numbers";

    /**
     * Even, so that all numbers of one of the {@link CounterJob#KEYS} keys are in one partition,
     * and in order.
     */
    static final int PARTITIONS = 2;

    /** "number count", as text, in one partition, each with the time at which it was written. */
    static final String COUNTS = "counts";

    private Topics() {}

    /** The first argument, or the Service of examples/flink-full.yaml. */
    static String brokers(String[] arguments) {
        return arguments.length > 0 ? arguments[0] : "kafka:9092";
    }

    public static void main(String[] args) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers(args)))) {
            make(admin, new NewTopic(NUMBERS, PARTITIONS, (short) 1));
            // By the broker's clock, when it has the record: the time between two of them is time
            // without a result.
            make(
                    admin,
                    new NewTopic(COUNTS, 1, (short) 1)
                            .configs(Map.of("message.timestamp.type", "LogAppendTime")));
        }
    }

    private static void make(Admin admin, NewTopic topic)
            throws InterruptedException, ExecutionException {
        try {
            admin.createTopics(List.of(topic)).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }
}
