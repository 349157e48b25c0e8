package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Default;

import java.util.LinkedHashMap;
import java.util.Map;

/** Which pods of a namespace. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public class PodSelection extends ApiBean {
    @JsonPropertyDescription("Labels that a pod must have, all of them. Default: {} (all pods).")
    @Default("{}")
    private Map<String, String> matchLabels = new LinkedHashMap<>();

    public Map<String, String> getMatchLabels() {
        return matchLabels;
    }

    public void setMatchLabels(Map<String, String> matchLabels) {
        this.matchLabels = matchLabels;
    }
}
