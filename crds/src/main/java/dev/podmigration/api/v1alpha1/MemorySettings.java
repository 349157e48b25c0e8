package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Default;

/** How memory moves. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public class MemorySettings extends ApiBean {
    @JsonPropertyDescription(
            "Auto: the best mode that both nodes have proved. Copy: all memory moves while the pod"
                    + " is frozen. Default: Auto.")
    @Default("Auto")
    private MemoryMode mode = MemoryMode.Auto;

    public MemoryMode getMode() {
        return mode;
    }

    public void setMode(MemoryMode mode) {
        this.mode = mode;
    }
}
