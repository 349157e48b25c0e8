package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import org.jspecify.annotations.Nullable;

/** One pod at one place. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class PodPlace extends ApiBean {
    @JsonPropertyDescription("Name of the node.")
    private @Nullable String nodeName;

    @JsonPropertyDescription("Name of the pod.")
    private @Nullable String podName;

    @JsonPropertyDescription("UID of the pod.")
    private @Nullable String podUid;

    @JsonPropertyDescription("First address of the pod, without a prefix length.")
    private @Nullable String podIp;

    public @Nullable String getNodeName() {
        return nodeName;
    }

    public void setNodeName(@Nullable String nodeName) {
        this.nodeName = nodeName;
    }

    public @Nullable String getPodName() {
        return podName;
    }

    public void setPodName(@Nullable String podName) {
        this.podName = podName;
    }

    public @Nullable String getPodUid() {
        return podUid;
    }

    public void setPodUid(@Nullable String podUid) {
        this.podUid = podUid;
    }

    public @Nullable String getPodIp() {
        return podIp;
    }

    public void setPodIp(@Nullable String podIp) {
        this.podIp = podIp;
    }
}
