package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import org.jspecify.annotations.Nullable;

/** The OCI runtime of a node. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class RuntimeVersion extends ApiBean {
    @JsonPropertyDescription("Name, for example crun or runc.")
    private @Nullable String name;

    @JsonPropertyDescription("Version.")
    private @Nullable String version;

    public @Nullable String getName() {
        return name;
    }

    public void setName(@Nullable String name) {
        this.name = name;
    }

    public @Nullable String getVersion() {
        return version;
    }

    public void setVersion(@Nullable String version) {
        this.version = version;
    }
}
