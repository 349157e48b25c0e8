package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import org.jspecify.annotations.Nullable;

/**
 * The time in which neither copy answers: from the fence on the source to the first answer of the
 * target.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class Freeze extends ApiBean {
    @JsonPropertyDescription("When the source was fenced. RFC 3339 in UTC with microseconds.")
    private @Nullable String start;

    @JsonPropertyDescription("When one copy answered again. RFC 3339 in UTC with microseconds.")
    private @Nullable String end;

    @JsonPropertyDescription("Measured length. Unit: milliseconds.")
    private @Nullable Long milliseconds;

    @JsonPropertyDescription(
            "Length expected by the checks, from the memory of the pod and the freezes of earlier"
                    + " migrations; the finding Freeze says how. Unit: milliseconds.")
    private @Nullable Long predictedMilliseconds;

    public @Nullable String getStart() {
        return start;
    }

    public void setStart(@Nullable String start) {
        this.start = start;
    }

    public @Nullable String getEnd() {
        return end;
    }

    public void setEnd(@Nullable String end) {
        this.end = end;
    }

    public @Nullable Long getMilliseconds() {
        return milliseconds;
    }

    public void setMilliseconds(@Nullable Long milliseconds) {
        this.milliseconds = milliseconds;
    }

    public @Nullable Long getPredictedMilliseconds() {
        return predictedMilliseconds;
    }

    public void setPredictedMilliseconds(@Nullable Long predictedMilliseconds) {
        this.predictedMilliseconds = predictedMilliseconds;
    }
}
