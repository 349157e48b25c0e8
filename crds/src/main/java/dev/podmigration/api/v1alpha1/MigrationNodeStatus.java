package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** What a node can do. Written by its agent. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@SchemaCustomizer(value = ListTypes.class, input = "conditions=type abilities=name")
public class MigrationNodeStatus extends ApiBean {
    @JsonPropertyDescription(
            "Where the agent of this node is reached by other agents, as host:port (IPv6 hosts in"
                    + " brackets).")
    @Pattern(Names.HOST_PORT)
    @Size(max = 320)
    private @Nullable String address;

    @JsonPropertyDescription("Versions of the programs that take part.")
    private @Nullable NodeVersions versions;

    @JsonPropertyDescription("Processor architecture, as in the label kubernetes.io/arch.")
    private @Nullable String architecture;

    @JsonPropertyDescription("Features of the processor, as in the flags of /proc/cpuinfo, sorted.")
    private List<String> cpuFeatures = new ArrayList<>();

    @JsonPropertyDescription("The pod network of this node.")
    private @Nullable NodeNetwork network;

    @JsonPropertyDescription("What was tried on this node, and whether it worked.")
    private List<Ability> abilities = new ArrayList<>();

    @JsonPropertyDescription("Ready: True while this node can dump and restore.")
    private List<Condition> conditions = new ArrayList<>();

    @JsonPropertyDescription("Generation of the spec that this status speaks about.")
    private @Nullable Long observedGeneration;

    @JsonPropertyDescription(
            "When the agent last looked; a node with an old one is not used. RFC 3339 in UTC with"
                    + " microseconds.")
    private @Nullable String observedAt;

    @JsonPropertyDescription("When the certificate of the agent ends. RFC 3339 in UTC.")
    private @Nullable String certificateExpiry;

    public @Nullable String getAddress() {
        return address;
    }

    public void setAddress(@Nullable String address) {
        this.address = address;
    }

    public @Nullable NodeVersions getVersions() {
        return versions;
    }

    public void setVersions(@Nullable NodeVersions versions) {
        this.versions = versions;
    }

    public @Nullable String getArchitecture() {
        return architecture;
    }

    public void setArchitecture(@Nullable String architecture) {
        this.architecture = architecture;
    }

    public List<String> getCpuFeatures() {
        return cpuFeatures;
    }

    public void setCpuFeatures(List<String> cpuFeatures) {
        this.cpuFeatures = cpuFeatures;
    }

    public @Nullable NodeNetwork getNetwork() {
        return network;
    }

    public void setNetwork(@Nullable NodeNetwork network) {
        this.network = network;
    }

    public List<Ability> getAbilities() {
        return abilities;
    }

    public void setAbilities(List<Ability> abilities) {
        this.abilities = abilities;
    }

    public List<Condition> getConditions() {
        return conditions;
    }

    public void setConditions(List<Condition> conditions) {
        this.conditions = conditions;
    }

    public @Nullable Long getObservedGeneration() {
        return observedGeneration;
    }

    public void setObservedGeneration(@Nullable Long observedGeneration) {
        this.observedGeneration = observedGeneration;
    }

    public @Nullable String getObservedAt() {
        return observedAt;
    }

    public void setObservedAt(@Nullable String observedAt) {
        this.observedAt = observedAt;
    }

    public @Nullable String getCertificateExpiry() {
        return certificateExpiry;
    }

    public void setCertificateExpiry(@Nullable String certificateExpiry) {
        this.certificateExpiry = certificateExpiry;
    }
}
