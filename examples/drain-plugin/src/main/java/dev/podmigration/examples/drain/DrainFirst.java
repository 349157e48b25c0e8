package dev.podmigration.examples.drain;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.Move;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.Step;

import io.fabric8.kubernetes.api.model.Pod;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Moves a service by a checkpoint, but lets it answer what it has begun first: while it drains it
 * takes no new requests, and a freeze in which nobody waits for an answer is seen by nobody.
 */
public final class DrainFirst implements MigrationStrategy {

    /** Clients of such a service give up after this time. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /** A service that was drained is of no use to anybody: it must not stay so for long. */
    private static final Duration FREEZE_WITHIN = Duration.ofSeconds(2);

    private final DrainClient client = new DrainClient();

    @Override
    public String name() {
        return "drain-first";
    }

    @Override
    public Strategy rung() {
        return Strategy.Checkpoint;
    }

    @Override
    public boolean appliesTo(Move move) {
        return move.detected(DrainDetector.NAME).isPresent();
    }

    @Override
    public Assessment assess(Move move, Namespace namespace) {
        try {
            client.inFlight(move.pod().source().orElseThrow(), port(move));
            return Assessment.possible().withFreezeBudget(PATIENCE);
        } catch (IOException e) {
            return Assessment.refused(
                    Failure.of(
                            FailureReason.WorkloadNotMovable,
                            "The service does not say what it is doing: " + e.getMessage()));
        }
    }

    @Override
    public Progress awaitFreeze(Step step) {
        Pod source = step.move().pod().source().orElseThrow();
        try {
            client.drain(source, port(step.move()), step.operationId());
            int inFlight = client.inFlight(source, port(step.move()));
            return inFlight == 0
                    ? new Progress.Done(step.memory(), Optional.of(step.now().plus(FREEZE_WITHIN)))
                    : Progress.waitFor(
                            inFlight + " requests to be answered",
                            Duration.ofMillis(100),
                            step.memory());
        } catch (IOException e) {
            return notMovable("The service cannot be drained: " + e.getMessage(), step);
        }
    }

    @Override
    public Progress afterMove(Step step) {
        Optional<Pod> target = step.move().pod().target();
        if (target.isEmpty()) {
            return Progress.waitFor("the pod on the target", Duration.ofMillis(200), step.memory());
        }
        try {
            client.resume(target.get(), port(step.move()));
            return Progress.done(step.memory());
        } catch (IOException e) {
            return Progress.refused(
                    Failure.of(
                            FailureReason.WorkloadUnhealthy,
                            "The service takes no requests after the move: " + e.getMessage()),
                    step.memory());
        }
    }

    @Override
    public Progress undo(Step step) {
        try {
            client.resume(step.move().pod().source().orElseThrow(), port(step.move()));
            return Progress.done(step.memory());
        } catch (IOException e) {
            return notMovable("The service still takes no requests: " + e.getMessage(), step);
        }
    }

    private static Progress notMovable(String message, Step step) {
        return Progress.refused(
                Failure.of(FailureReason.WorkloadNotMovable, message), step.memory());
    }

    private static int port(Move move) {
        return Integer.parseInt(
                move.detected(DrainDetector.NAME).orElseThrow().facts().get(DrainDetector.PORT));
    }
}
