package dev.podmigration.operator.workload;

import dev.podmigration.api.v1alpha1.Failure;

import org.jspecify.annotations.Nullable;

/** A plugin broke its contract. */
public final class PluginException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    PluginException(Failure failure, @Nullable Throwable cause) {
        super(failure.getMessage(), cause);
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }
}
