package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import org.jspecify.annotations.Nullable;

/** Versions of the programs that take part. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class NodeVersions extends ApiBean {
    @JsonPropertyDescription("Release of the kernel.")
    private @Nullable String kernel;

    @JsonPropertyDescription("Version of CRIU.")
    private @Nullable String criu;

    @JsonPropertyDescription("The OCI runtime that dumps and restores.")
    private @Nullable RuntimeVersion runtime;

    @JsonPropertyDescription("Version of CRI-O.")
    private @Nullable String crio;

    @JsonPropertyDescription("Version of the kubelet.")
    private @Nullable String kubelet;

    public @Nullable String getKernel() {
        return kernel;
    }

    public void setKernel(@Nullable String kernel) {
        this.kernel = kernel;
    }

    public @Nullable String getCriu() {
        return criu;
    }

    public void setCriu(@Nullable String criu) {
        this.criu = criu;
    }

    public @Nullable RuntimeVersion getRuntime() {
        return runtime;
    }

    public void setRuntime(@Nullable RuntimeVersion runtime) {
        this.runtime = runtime;
    }

    public @Nullable String getCrio() {
        return crio;
    }

    public void setCrio(@Nullable String crio) {
        this.crio = crio;
    }

    public @Nullable String getKubelet() {
        return kubelet;
    }

    public void setKubelet(@Nullable String kubelet) {
        this.kubelet = kubelet;
    }
}
