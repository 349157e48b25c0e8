package dev.podmigration.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailureReasonTest {
    private final KubernetesSerialization serialization = new KubernetesSerialization();

    @ParameterizedTest
    @EnumSource(FailureReason.class)
    void everyReasonHasARemedyInWholeSentences(FailureReason reason) {
        assertThat(reason.remedy()).matches("[A-Z].{15,}\\.");
    }

    @ParameterizedTest
    @EnumSource(FailureReason.class)
    void everyReasonIsAValidConditionReasonAndMetricLabel(FailureReason reason) {
        assertThat(reason.name()).matches("[A-Z][A-Za-z]+");
        assertThat(reason).hasToString(reason.name());
    }

    @Test
    void aReasonOfANewerVersionIsReadAsAnInternalErrorAndKeepsItsMessage() {
        var failure =
                serialization.unmarshal(
                        "reason: NotInventedYet\nmessage: what happened", Failure.class);
        assertThat(failure.getReason()).isEqualTo(FailureReason.InternalError);
        assertThat(failure.getMessage()).isEqualTo("what happened");
    }

    @Test
    void theTableHasOneRowForEachReason() {
        assertThat(ReasonTable.markdown().lines())
                .hasSize(FailureReason.values().length + 2)
                .contains("| `SameNode` | no | Choose a node on which the pod does not run. |");
    }
}
