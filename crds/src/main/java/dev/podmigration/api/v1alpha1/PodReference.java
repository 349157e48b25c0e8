package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

import org.jspecify.annotations.Nullable;

/** The pod to move. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public class PodReference extends ApiBean {
    @JsonPropertyDescription("Name of the pod, in the namespace of the PodMigration. Required.")
    @Required
    @Pattern(Names.SUBDOMAIN)
    @Size(min = 1, max = 253)
    private @Nullable String name;

    @JsonPropertyDescription(
            "Node on which the pod is expected. If it runs elsewhere by then, nothing is moved"
                    + " (reason PodMoved). Default: not checked.")
    @Pattern(Names.SUBDOMAIN)
    @Size(min = 1, max = 253)
    private @Nullable String nodeName;

    public @Nullable String getName() {
        return name;
    }

    public void setName(@Nullable String name) {
        this.name = name;
    }

    public @Nullable String getNodeName() {
        return nodeName;
    }

    public void setNodeName(@Nullable String nodeName) {
        this.nodeName = nodeName;
    }
}
