package dev.podmigration.api.v1alpha1;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Every {@link FailureReason} with its remedy, as a Markdown table for the documentation. */
public final class ReasonTable {
    private static final String HEAD =
            """
            | reason | may succeed when tried again | what to do |
            |---|---|---|
            """;

    private ReasonTable() {}

    public static String markdown() {
        return Arrays.stream(FailureReason.values())
                .map(ReasonTable::row)
                .collect(Collectors.joining("", HEAD, ""));
    }

    private static String row(FailureReason reason) {
        return "| `%s` | %s | %s |\n"
                .formatted(reason, reason.isRetryable() ? "yes" : "no", reason.remedy());
    }

    /** Prints the table. */
    public static void main(String[] arguments) {
        System.out.print(markdown());
    }
}
