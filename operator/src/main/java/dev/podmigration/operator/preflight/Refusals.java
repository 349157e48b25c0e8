package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.Verdict;
import dev.podmigration.fault.FaultPoints;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** Which findings count as refusals. */
final class Refusals {

    private Refusals() {}

    static List<Finding> of(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.getVerdict() == Verdict.Refused)
                .filter(finding -> !isIgnored(finding.getReason()))
                .toList();
    }

    /** For a test that shows what would happen without the refusal; never in a normal build. */
    private static boolean isIgnored(@Nullable FailureReason reason) {
        return FaultPoints.isIgnored("operator refuses", String.valueOf(reason));
    }
}
