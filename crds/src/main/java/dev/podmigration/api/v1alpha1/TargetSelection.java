package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/** Where the pod is to go. Empty: the scheduler chooses among the nodes that can restore it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
        value = "!(has(self.nodeName) && size(self.nodeSelector) > 0)",
        message = "target.nodeName and target.nodeSelector exclude each other")
public class TargetSelection extends ApiBean {
    @JsonPropertyDescription(
            "Node to move to. Excludes nodeSelector. Default: the scheduler chooses.")
    @Pattern(Names.SUBDOMAIN)
    @Size(min = 1, max = 253)
    private @Nullable String nodeName;

    @JsonPropertyDescription(
            "Labels that the target node must carry, all of them. Excludes nodeName. Default: {}"
                    + " (any node).")
    @Default("{}")
    @Size(max = 16)
    private Map<String, @Pattern(Names.LABEL_VALUE) @Size(max = 63) String> nodeSelector =
            new LinkedHashMap<>();

    @JsonPropertyDescription(
            "Name of the pod on the target. Generate: a new name, made from the old one; both pods"
                + " exist while the move is under way. Keep: the same name, for a pod without an"
                + " owner; the source pod is deleted and the target pod made inside the freeze,"
                + " which makes it longer, and there is no way back from the deletion. Default:"
                + " Generate.")
    @Default("Generate")
    private PodNameMode podName = PodNameMode.Generate;

    public @Nullable String getNodeName() {
        return nodeName;
    }

    public void setNodeName(@Nullable String nodeName) {
        this.nodeName = nodeName;
    }

    public Map<String, String> getNodeSelector() {
        return nodeSelector;
    }

    public void setNodeSelector(Map<String, String> nodeSelector) {
        this.nodeSelector = nodeSelector;
    }

    public PodNameMode getPodName() {
        return podName;
    }

    public void setPodName(PodNameMode podName) {
        this.podName = podName;
    }
}
