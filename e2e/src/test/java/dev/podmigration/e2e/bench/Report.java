package dev.podmigration.e2e.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The result for people and for programs. */
final class Report {
    private static final int BUCKET_MILLIS = 50;

    private Report() {}

    static String text(List<HeapResult> results) {
        StringBuilder text = new StringBuilder();
        for (HeapResult result : results) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            """
                            %d MiB live heap, median of %d moves and of %d bare rounds
                              gap seen by the client      %5d ms   %s
                              freeze in the status        %5d ms
                              bare checkpoint + restore   %5d ms   (%d + %d)
                              ratio                       %5.2f
                              segments sent again         %s
                              gaps over 20 ms, all moves:
                            %s
                            """,
                            result.heapMebibytes(),
                            result.moves().size(),
                            result.bare().size(),
                            result.gap(),
                            result.moves().stream().map(Round::gap).toList(),
                            result.freeze(),
                            result.bareTotal(),
                            result.bareCheckpoint(),
                            result.bareRestore(),
                            result.ratio(),
                            result.moves().stream().map(Round::retransmissions).toList(),
                            histogram(result)));
        }
        return text.toString().stripTrailing();
    }

    private static String histogram(HeapResult result) {
        StringBuilder text = new StringBuilder();
        buckets(result)
                .forEach(
                        (from, count) ->
                                text.append(
                                        "    %5d - %-5d ms  %3d  %s%n"
                                                .formatted(
                                                        from,
                                                        from + BUCKET_MILLIS,
                                                        count,
                                                        "#".repeat(Math.min(count, 60)))));
        return text.toString();
    }

    private static SortedMap<Long, Integer> buckets(HeapResult result) {
        SortedMap<Long, Integer> buckets = new TreeMap<>();
        result.moves().stream()
                .flatMap(move -> move.gaps().stream())
                .forEach(
                        gap -> buckets.merge(gap / BUCKET_MILLIS * BUCKET_MILLIS, 1, Integer::sum));
        return buckets;
    }

    static String json(List<HeapResult> results) {
        List<Map<String, Object>> entries = results.stream().map(Report::entry).toList();
        try {
            return new ObjectMapper()
                    .writerWithDefaultPrettyPrinter()
                    .writeValueAsString(Map.of("heaps", entries));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> entry(HeapResult result) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("heapMebibytes", result.heapMebibytes());
        entry.put("gapMillis", result.gap());
        entry.put("freezeMillis", result.freeze());
        entry.put("bareMillis", result.bareTotal());
        entry.put("bareCheckpointMillis", result.bareCheckpoint());
        entry.put("bareRestoreMillis", result.bareRestore());
        entry.put("ratio", Math.round(result.ratio() * 100) / 100.0);
        entry.put("gapHistogramMillis", buckets(result));
        entry.put("moves", result.moves());
        entry.put("bare", result.bare());
        return entry;
    }
}
