package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Required;

import org.jspecify.annotations.Nullable;

/** The outcome of one check. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class Finding extends ApiBean {
    @JsonPropertyDescription("Name of the check, for example Architecture.")
    @Required
    private @Nullable String check;

    @JsonPropertyDescription(
            "Passed, Warning (the migration goes on, a person should know) or Refused (it does not"
                    + " begin).")
    @Required
    private @Nullable Verdict verdict;

    @JsonPropertyDescription("Machine-readable reason of a warning or refusal. Absent when passed.")
    private @Nullable FailureReason reason;

    @JsonPropertyDescription("What was found, one sentence.")
    @Required
    private @Nullable String message;

    @JsonPropertyDescription("What a person can do about it.")
    private @Nullable String remedy;

    public static Finding passed(String check, String message) {
        return of(check, Verdict.Passed, null, message);
    }

    public static Finding warning(String check, FailureReason reason, String message) {
        return of(check, Verdict.Warning, reason, message);
    }

    public static Finding refused(String check, FailureReason reason, String message) {
        return of(check, Verdict.Refused, reason, message);
    }

    private static Finding of(
            String check, Verdict verdict, @Nullable FailureReason reason, String message) {
        Finding finding = new Finding();
        finding.check = check;
        finding.verdict = verdict;
        finding.reason = reason;
        finding.message = message;
        finding.remedy = reason == null ? null : reason.remedy();
        return finding;
    }

    public @Nullable String getCheck() {
        return check;
    }

    public void setCheck(@Nullable String check) {
        this.check = check;
    }

    public @Nullable Verdict getVerdict() {
        return verdict;
    }

    public void setVerdict(@Nullable Verdict verdict) {
        this.verdict = verdict;
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
}
