package dev.podmigration.deploy.docs;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.ReasonTable;

import java.util.Locale;

/** Every {@link FailureReason}, linked with its section of troubleshooting.md. */
final class ReasonsReference {
    private ReasonsReference() {}

    static GeneratedPage page() {
        String table = ReasonTable.markdown();
        for (FailureReason reason : FailureReason.values()) {
            table =
                    table.replace(
                            "\n| `" + reason + "` |",
                            "\n| [`%s`](../troubleshooting.md#%s) |"
                                    .formatted(reason, reason.name().toLowerCase(Locale.ROOT)));
        }
        return GeneratedPage.of(
                "reasons.md",
                "Reasons",
                "FailureReason",
                "Reasons of `status.failure`, conditions, events and metrics.\n\n" + table);
    }
}
