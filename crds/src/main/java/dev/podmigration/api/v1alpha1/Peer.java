package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

import org.jspecify.annotations.Nullable;

/** The agent at the other end, and the object that it works on. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public class Peer extends ApiBean {
    @JsonPropertyDescription("Name of the PodRestore, in the same namespace. Required.")
    @Required
    @Pattern(Names.SUBDOMAIN)
    @Size(min = 1, max = 253)
    private @Nullable String restoreName;

    @JsonPropertyDescription("Node of the PodRestore. Required.")
    @Required
    @Pattern(Names.SUBDOMAIN)
    @Size(min = 1, max = 253)
    private @Nullable String nodeName;

    @JsonPropertyDescription(
            "Address of the agent of that node, as host:port (IPv6 hosts in brackets). Required.")
    @Required
    @Pattern(Names.HOST_PORT)
    @Size(max = 320)
    private @Nullable String address;

    public @Nullable String getRestoreName() {
        return restoreName;
    }

    public void setRestoreName(@Nullable String restoreName) {
        this.restoreName = restoreName;
    }

    public @Nullable String getNodeName() {
        return nodeName;
    }

    public void setNodeName(@Nullable String nodeName) {
        this.nodeName = nodeName;
    }

    public @Nullable String getAddress() {
        return address;
    }

    public void setAddress(@Nullable String address) {
        this.address = address;
    }
}
