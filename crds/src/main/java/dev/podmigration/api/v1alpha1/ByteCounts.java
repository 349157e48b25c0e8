package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import org.jspecify.annotations.Nullable;

/** What was moved. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class ByteCounts extends ApiBean {
    @JsonPropertyDescription("Memory and process images. Unit: bytes.")
    private @Nullable Long memory;

    @JsonPropertyDescription("Files, first copy and later differences together. Unit: bytes.")
    private @Nullable Long files;

    @JsonPropertyDescription(
            "Memory that JVMs gave back before the freeze, and that did not have to move. Absent if"
                    + " none did. Unit: bytes.")
    private @Nullable Long trimmed;

    public @Nullable Long getMemory() {
        return memory;
    }

    public void setMemory(@Nullable Long memory) {
        this.memory = memory;
    }

    public @Nullable Long getFiles() {
        return files;
    }

    public void setFiles(@Nullable Long files) {
        this.files = files;
    }

    public @Nullable Long getTrimmed() {
        return trimmed;
    }

    public void setTrimmed(@Nullable Long trimmed) {
        this.trimmed = trimmed;
    }
}
