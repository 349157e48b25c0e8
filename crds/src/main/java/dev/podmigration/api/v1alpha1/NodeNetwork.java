package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** The pod network of a node. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class NodeNetwork extends ApiBean {
    @JsonPropertyDescription("Network plugin, for example bridge or calico.")
    private @Nullable String plugin;

    @JsonPropertyDescription(
            "Networks from which pods of this node get their addresses, in CIDR notation.")
    private List<String> subnets = new ArrayList<>();

    @JsonPropertyDescription("true: a pod that moves here can keep its address. Default: false.")
    private boolean keepable = false;

    @JsonPropertyDescription("Why or why not, one sentence.")
    private @Nullable String message;

    public @Nullable String getPlugin() {
        return plugin;
    }

    public void setPlugin(@Nullable String plugin) {
        this.plugin = plugin;
    }

    public List<String> getSubnets() {
        return subnets;
    }

    public void setSubnets(List<String> subnets) {
        this.subnets = subnets;
    }

    public boolean isKeepable() {
        return keepable;
    }

    public void setKeepable(boolean keepable) {
        this.keepable = keepable;
    }

    public @Nullable String getMessage() {
        return message;
    }

    public void setMessage(@Nullable String message) {
        this.message = message;
    }
}
