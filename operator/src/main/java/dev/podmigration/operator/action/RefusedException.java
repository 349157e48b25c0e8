package dev.podmigration.operator.action;

import dev.podmigration.api.v1alpha1.Failure;

/** The API server refused an action and will refuse it again. */
public final class RefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    RefusedException(Failure failure, Throwable cause) {
        super(failure.getMessage(), cause);
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }
}
