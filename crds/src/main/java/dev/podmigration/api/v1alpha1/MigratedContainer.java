package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Required;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/** One container of the moved pod. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class MigratedContainer extends ApiBean {
    @JsonPropertyDescription("Name of the container.")
    @Required
    private @Nullable String name;

    @JsonPropertyDescription("What was detected in it: JVM or Process.")
    private @Nullable String workload;

    @JsonPropertyDescription("The Java virtual machine, if there is one.")
    private @Nullable Jvm jvm;

    @JsonPropertyDescription("CRIU options as used.")
    private @Nullable CheckpointOptions options;

    @JsonPropertyDescription(
            "For each option that the user left open: what decided it, for example tcpEstablished:"
                    + " JVM.")
    private Map<String, String> optionsAddedBy = new LinkedHashMap<>();

    @JsonPropertyDescription("Memory that has to move. Unit: bytes.")
    private @Nullable Long memoryBytes;

    public @Nullable String getName() {
        return name;
    }

    public void setName(@Nullable String name) {
        this.name = name;
    }

    public @Nullable String getWorkload() {
        return workload;
    }

    public void setWorkload(@Nullable String workload) {
        this.workload = workload;
    }

    public @Nullable Jvm getJvm() {
        return jvm;
    }

    public void setJvm(@Nullable Jvm jvm) {
        this.jvm = jvm;
    }

    public @Nullable CheckpointOptions getOptions() {
        return options;
    }

    public void setOptions(@Nullable CheckpointOptions options) {
        this.options = options;
    }

    public Map<String, String> getOptionsAddedBy() {
        return optionsAddedBy;
    }

    public void setOptionsAddedBy(Map<String, String> optionsAddedBy) {
        this.optionsAddedBy = optionsAddedBy;
    }

    public @Nullable Long getMemoryBytes() {
        return memoryBytes;
    }

    public void setMemoryBytes(@Nullable Long memoryBytes) {
        this.memoryBytes = memoryBytes;
    }
}
