package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Required;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** Why something ended badly, and what to do about it. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class Failure extends ApiBean {
    @JsonPropertyDescription(
            "Machine-readable reason; also the reason of the condition and of the event.")
    @Required
    private @Nullable FailureReason reason;

    @JsonPropertyDescription("What happened, one sentence with the facts of this case.")
    @Required
    private @Nullable String message;

    @JsonPropertyDescription("What a person can do about it.")
    private @Nullable String remedy;

    @JsonPropertyDescription(
            "true: the same migration may well succeed when tried again. Default: false.")
    private boolean retryable = false;

    @JsonPropertyDescription(
            "Raw lines of the tool that failed, for example of CRIU, oldest first.")
    private List<String> log = new ArrayList<>();

    /** A failure with the remedy and the retryability that its reason carries. */
    public static Failure of(FailureReason reason, String message) {
        Failure failure = new Failure();
        failure.reason = reason;
        failure.message = message;
        failure.remedy = reason.remedy();
        failure.retryable = reason.isRetryable();
        return failure;
    }

    public static Failure of(FailureReason reason, String message, List<String> log) {
        Failure failure = of(reason, message);
        failure.log = new ArrayList<>(log);
        return failure;
    }

    public @Nullable FailureReason getReason() {
        return reason;
    }

    public void setReason(@Nullable FailureReason reason) {
        this.reason = reason;
    }

    public @Nullable String getMessage() {
        return message;
    }

    public void setMessage(@Nullable String message) {
        this.message = message;
    }

    public @Nullable String getRemedy() {
        return remedy;
    }

    public void setRemedy(@Nullable String remedy) {
        this.remedy = remedy;
    }

    public boolean isRetryable() {
        return retryable;
    }

    public void setRetryable(boolean retryable) {
        this.retryable = retryable;
    }

    public List<String> getLog() {
        return log;
    }

    public void setLog(List<String> log) {
        this.log = log;
    }
}
