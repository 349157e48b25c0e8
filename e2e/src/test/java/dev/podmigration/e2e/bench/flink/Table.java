package dev.podmigration.e2e.bench.flink;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The result for people, for a page, and for programs. */
final class Table {
    static final String BEGIN = "<!-- bench/flink writes from here -->";
    static final String END = "<!-- to here -->";

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

    /** Puts a text between the two marks of a page. */
    static void write(Path page, String text) throws IOException {
        String before = Files.readString(page);
        Files.writeString(page, replaced(before, text));
    }

    static String replaced(String page, String text) {
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END, Math.max(begin, 0));
        if (begin < 0 || end < 0) {
            throw new IllegalArgumentException(
                    "the page lacks one of the lines " + BEGIN + " and " + END);
        }
        return page.substring(0, begin + BEGIN.length())
                + "\n"
                + text.stripTrailing()
                + "\n"
                + page.substring(end);
    }
}
