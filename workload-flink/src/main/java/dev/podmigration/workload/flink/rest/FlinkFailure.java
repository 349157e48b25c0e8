package dev.podmigration.workload.flink.rest;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.util.List;

/** Why something that concerns Flink cannot be done, with reason and remedy. */
public final class FlinkFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    public FlinkFailure(FailureReason reason, String message) {
        this(Failure.of(reason, message));
    }

    /**
     * With what Flink itself says.
     *
     * @param log lines of Flink's own words, oldest first
     */
    public FlinkFailure(FailureReason reason, String message, List<String> log) {
        this(Failure.of(reason, message, log));
    }

    FlinkFailure(FailureReason reason, String message, Throwable cause) {
        this(Failure.of(reason, message));
        initCause(cause);
    }

    public static FlinkFailure of(Failure failure) {
        return new FlinkFailure(failure);
    }

    private FlinkFailure(Failure failure) {
        super(failure.getMessage());
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }

    public FailureReason reason() {
        FailureReason reason = failure.getReason();
        return reason == null ? FailureReason.InternalError : reason;
    }
}
