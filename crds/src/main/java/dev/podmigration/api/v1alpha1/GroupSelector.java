package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/** Which pods move as one. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public class GroupSelector extends ApiBean {
    @JsonPropertyDescription(
            "Labels that a pod must have, all of them. Every pod of the namespace that has them and"
                    + " has not ended is moved, or none. Required: at least one.")
    @Required
    @Size(min = 1, max = 16)
    private Map<String, @Pattern(Names.LABEL_VALUE) @Size(max = 63) String> matchLabels =
            new LinkedHashMap<>();

    @JsonPropertyDescription(
            "Node on which the pods are expected. If one of them runs elsewhere by then, nothing is"
                    + " moved (reason PodMoved). Default: not checked.")
    @Pattern(Names.SUBDOMAIN)
    @Size(min = 1, max = 253)
    private @Nullable String nodeName;

    public Map<String, String> getMatchLabels() {
        return matchLabels;
    }

    public void setMatchLabels(Map<String, String> matchLabels) {
        this.matchLabels = matchLabels;
    }

    public @Nullable String getNodeName() {
        return nodeName;
    }

    public void setNodeName(@Nullable String nodeName) {
        this.nodeName = nodeName;
    }
}
