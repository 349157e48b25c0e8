package dev.podmigration.e2e.bench.flink;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The result for people and for programs. */
final class Table {
    private Table() {}

    static String markdown(List<WayResult> results) {
        StringBuilder table =
                new StringBuilder(
                        """
                        | Flink | way | gap in output | restarts | failed checkpoints | wrong counts | moved | total |
                        |---|---|---|---|---|---|---|---|
                        """);
        results.forEach(result -> table.append(row(result)));
        return table.toString();
    }

    private static String row(WayResult result) {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %.2f s (%.2f to %.2f) | %d | %d | %d | %.1f MiB | %.1f s |%n",
                result.version(),
                result.way().title(),
                result.gapMillis() / 1000.0,
                result.leastGapMillis() / 1000.0,
                result.greatestGapMillis() / 1000.0,
                result.sum(Measured::restarts),
                result.sum(Measured::failedCheckpoints),
                result.sum(Measured::wrongCounts),
                result.bytes() / 1024.0 / 1024,
                result.totalMillis() / 1000.0);
    }

    static String json(List<WayResult> results) {
        try {
            return new ObjectMapper()
                    .writerWithDefaultPrettyPrinter()
                    .writeValueAsString(
                            Map.of("results", results.stream().map(Table::entry).toList()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> entry(WayResult result) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("flink", result.version());
        entry.put("way", result.way().name());
        entry.put("gapMillis", result.gapMillis());
        entry.put("totalMillis", result.totalMillis());
        entry.put("bytes", result.bytes());
        entry.put("rounds", result.rounds());
        return entry;
    }
}
