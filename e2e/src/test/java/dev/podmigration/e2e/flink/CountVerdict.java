package dev.podmigration.e2e.flink;

import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What the program of that name in examples/flink-counter-job says of the counts in Kafka.
 *
 * @param longestGapMillis the longest time in which nothing was written
 * @param lastMillis when the last one was written, by the broker's clock
 */
public record CountVerdict(long records, long wrong, long longestGapMillis, long lastMillis) {

    static CountVerdict parse(String json) {
        try {
            return new ObjectMapper().readValue(json, CountVerdict.class);
        } catch (IOException e) {
            throw new UncheckedIOException(json, e);
        }
    }
}
