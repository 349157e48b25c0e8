package dev.podmigration.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.Step;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;

class FreezeStepsTest {

    private static final List<Step> SOURCE =
            steps("stop", "fence", "dump", "images", "files", "restore", "grant", "resume");

    private static final List<Step> TARGET =
            steps("container side", "restore", "grant", "lift", "resume");

    private static final String[] ALL = {
        "stop",
        "fence",
        "dump",
        "images",
        "files",
        "target container side",
        "target restore",
        "restore",
        "grant",
        "target grant",
        "target lift",
        "target resume",
        "resume"
    };

    @Test
    void everyStepIsThereOnceInTheOrderInWhichTheyEnded() {
        assertThat(names(FreezeSteps.merge(SOURCE, TARGET, List.of()))).containsExactly(ALL);
    }

    @Test
    void whatTheSourceRelaysIsNotCountedTwice() {
        assertThat(names(FreezeSteps.merge(relayed(), TARGET, List.of()))).containsExactly(ALL);
    }

    @Test
    void whatTheSourceRelaysIsKnownWithoutTheTarget() {
        assertThat(names(FreezeSteps.merge(relayed(), List.of(), List.of()))).containsExactly(ALL);
    }

    @Test
    void aRestoreThatNeverEndedIsTheLastThingKnown() {
        assertThat(
                        names(
                                FreezeSteps.merge(
                                        steps("stop", "fence", "dump"),
                                        steps("container side"),
                                        List.of())))
                .containsExactly("stop", "fence", "dump", "target container side");
    }

    @Test
    void whatWasSeenOnceStaysWhenOneHalfGoes() {
        List<Step> known = FreezeSteps.merge(SOURCE, TARGET, List.of());

        assertThat(FreezeSteps.merge(List.of(), TARGET, known)).isEqualTo(known);
        assertThat(FreezeSteps.merge(SOURCE, List.of(), known)).isEqualTo(known);
        assertThat(FreezeSteps.merge(List.of(), List.of(), known)).isEqualTo(known);
    }

    @Test
    void theTimesStayWithTheirSteps() {
        List<Step> merged =
                FreezeSteps.merge(
                        List.of(Step.of("restore", 300)),
                        List.of(Step.of("restore", 280)),
                        List.of());

        assertThat(merged).containsExactly(Step.of("target restore", 280), Step.of("restore", 300));
    }

    /** As the source agent reports when the target has told it how long it took. */
    private static List<Step> relayed() {
        return steps(
                "stop",
                "fence",
                "dump",
                "images",
                "files",
                "restore",
                "grant",
                "resume",
                "target container side",
                "target restore",
                "target grant",
                "target lift",
                "target resume");
    }

    private static List<Step> steps(String... names) {
        return Arrays.stream(names).map(name -> Step.of(name, 1)).toList();
    }

    private static List<String> names(List<Step> steps) {
        return steps.stream().map(Step::getName).toList();
    }
}
