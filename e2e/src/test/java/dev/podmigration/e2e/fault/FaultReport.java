package dev.podmigration.e2e.fault;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What became of all migrations that were broken, also by earlier runs: one that goes on where
 * another one ended adds its rows, and one that is done again takes the place of what it was.
 */
final class FaultReport {

    /** What is above the rows. */
    static final String HEADER =
            """
            | run | fault | where | outcome | client's longest gap | wrong |
            |---|---|---|---|---|---|
            """;

    private static final String NOTHING = "none";
    private static final String KIND_HEADER =
            "| fault | runs | outcomes | client's longest gap | wrong |\n";

    /**
     * Several programs may write the same page. Of the matrix, whose runs have no number, by fault;
     * else s1r2 before s1r10.
     */
    private static final Comparator<Row> IN_ORDER_OF_RUNS =
            Comparator.comparingInt((Row row) -> row.run().charAt(0))
                    .thenComparing(row -> row.isOfMatrix() ? row.fault() : "")
                    .thenComparing(row -> row.isOfMatrix() ? row.where() : "")
                    .thenComparingInt(row -> row.run().length())
                    .thenComparing(Row::run);

    private final Map<String, Row> rows = new LinkedHashMap<>();

    /**
     * One migration.
     *
     * @param run tells which one of the schedule it was
     * @param gap milliseconds, or why there is none
     * @param wrong {@value #NOTHING}, or all that was wrong
     */
    record Row(String run, String fault, String where, String outcome, String gap, String wrong) {

        static Row of(String run, FaultResult result) {
            String[] fault = result.fault().toString().split(" \\| ", -1);
            return new Row(
                    run,
                    fault[0],
                    fault[1],
                    result.reached() ? result.outcome() : result.outcome() + " (not reached)",
                    result.gapMillis() < 0 ? "new connection" : result.gapMillis() + " ms",
                    result.wrong().isEmpty()
                            ? NOTHING
                            : String.join("; ", result.wrong()).replace("|", "/"));
        }

        static Row parse(String line) {
            String[] cells = line.substring(1, line.lastIndexOf('|')).split("\\|", -1);
            if (cells.length != 6) {
                throw new IllegalArgumentException("not a row of the report: " + line);
            }
            return new Row(
                    cells[0].strip(),
                    cells[1].strip(),
                    cells[2].strip(),
                    cells[3].strip(),
                    cells[4].strip(),
                    cells[5].strip());
        }

        boolean isWell() {
            return wrong.equals(NOTHING);
        }

        private boolean isOfMatrix() {
            return run.startsWith("m");
        }

        @Override
        public String toString() {
            return "| %s | %s | %s | %s | %s | %s |"
                    .formatted(run, fault, where, outcome, gap, wrong);
        }
    }

    /**
     * @param text what {@link #text} has given before; empty: there is none yet
     */
    static FaultReport parse(String text) {
        FaultReport report = new FaultReport();
        int table = text.indexOf(HEADER);
        if (table >= 0) {
            text.substring(table + HEADER.length())
                    .lines()
                    .filter(line -> line.startsWith("|"))
                    .map(Row::parse)
                    .forEach(report::put);
        }
        return report;
    }

    boolean has(String run) {
        return rows.containsKey(run);
    }

    void put(Row row) {
        rows.put(row.run(), row);
    }

    /** Everything, for a page. */
    String text() {
        StringBuilder text = new StringBuilder(summary()).append("\n\n");
        text.append(KIND_HEADER).append("|---|---|---|---|---|\n");
        new TreeMap<>(rows.values().stream().collect(Collectors.groupingBy(Row::fault)))
                .forEach((fault, all) -> text.append(kind(fault, all)));
        text.append("\n").append(HEADER);
        rows.values().stream()
                .sorted(IN_ORDER_OF_RUNS)
                .forEach(row -> text.append(row).append("\n"));
        return text.toString();
    }

    String summary() {
        return "%d runs: %d with two copies, %d with none, %d with leftovers, %d with anything wrong."
                .formatted(
                        rows.size(),
                        count("TWO COPIES"),
                        count("one copy:"),
                        count("leftovers:"),
                        rows.values().stream().filter(row -> !row.isWell()).count());
    }

    boolean isWell() {
        return rows.values().stream().allMatch(Row::isWell);
    }

    private long count(String kind) {
        return rows.values().stream().filter(row -> row.wrong().contains(kind)).count();
    }

    private static String kind(String fault, List<Row> all) {
        Map<String, Long> outcomes =
                all.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Row::outcome, TreeMap::new, Collectors.counting()));
        return "| %s | %d | %s | %s | %d |\n"
                .formatted(
                        fault,
                        all.size(),
                        outcomes.entrySet().stream()
                                .map(outcome -> outcome.getKey() + ": " + outcome.getValue())
                                .collect(Collectors.joining(", ")),
                        longest(all),
                        all.stream().filter(row -> !row.isWell()).count());
    }

    private static String longest(List<Row> all) {
        List<Long> gaps = new ArrayList<>();
        for (Row row : all) {
            if (row.gap().endsWith(" ms")) {
                gaps.add(Long.parseLong(row.gap().substring(0, row.gap().length() - 3)));
            }
        }
        return gaps.isEmpty()
                ? "new connections"
                : gaps.stream().mapToLong(Long::longValue).max().orElseThrow() + " ms";
    }
}
