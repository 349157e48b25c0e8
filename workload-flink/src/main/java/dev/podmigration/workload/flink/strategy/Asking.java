package dev.podmigration.workload.flink.strategy;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.Step;
import dev.podmigration.workload.flink.rest.FlinkFailure;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CancellationException;

/** Between code that asks Flink, and what a strategy returns. */
final class Asking {

    /** What is left of a stage when patience ends: enough to say why with a reason of our own. */
    private static final Duration LAST_WORD = Duration.ofSeconds(12);

    private static final Duration SOON = Duration.ofMillis(500);

    /** A step that asks Flink. */
    @FunctionalInterface
    interface Question<T> {
        T ask() throws FlinkFailure, InterruptedException;
    }

    private Asking() {}

    static Assessment assess(Question<Assessment> question) {
        try {
            return question.ask();
        } catch (FlinkFailure failure) {
            return Assessment.refused(failure.failure());
        } catch (InterruptedException ended) {
            throw interrupted();
        }
    }

    static Progress step(Step step, Question<Progress> question) {
        try {
            return question.ask();
        } catch (FlinkFailure failure) {
            return Progress.refused(failure.failure(), step.memory());
        } catch (InterruptedException ended) {
            throw interrupted();
        }
    }

    /** The same where a cluster that does not answer, or not as it should, may just need time. */
    static Progress patiently(Step step, String what, Question<Progress> question) {
        try {
            return question.ask();
        } catch (FlinkFailure failure) {
            return mayPass(failure.reason()) && !isLate(step)
                    ? Progress.waitFor(
                            what + " (" + failure.getMessage() + ")", SOON, step.memory())
                    : Progress.refused(failure.failure(), step.memory());
        } catch (InterruptedException ended) {
            throw interrupted();
        }
    }

    /** Whether the stage is so near to its end that a reason should be given now. */
    static boolean isLate(Step step) {
        Instant end = step.deadline().minus(LAST_WORD);
        return step.now().isAfter(end);
    }

    private static boolean mayPass(FailureReason reason) {
        return reason == FailureReason.FlinkRestUnreachable
                || reason == FailureReason.FlinkJobNotRunning;
    }

    private static CancellationException interrupted() {
        Thread.currentThread().interrupt();
        return new CancellationException("interrupted while Flink was asked");
    }
}
