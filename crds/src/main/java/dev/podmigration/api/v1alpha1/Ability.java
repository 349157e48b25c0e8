package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Required;

import org.jspecify.annotations.Nullable;

/** Something that a node can do. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class Ability extends ApiBean {
    @JsonPropertyDescription(
            "Name of the ability, for example Checkpoint, TcpEstablished, HostSideDrop or"
                    + " PacketHold.")
    @Required
    private @Nullable String name;

    @JsonPropertyDescription("true: it was tried on this node and worked. Default: false.")
    private boolean proved = false;

    @JsonPropertyDescription("What was seen, one sentence.")
    private @Nullable String message;

    public static Ability of(String name, boolean proved, String message) {
        Ability ability = new Ability();
        ability.name = name;
        ability.proved = proved;
        ability.message = message;
        return ability;
    }

    public @Nullable String getName() {
        return name;
    }

    public void setName(@Nullable String name) {
        this.name = name;
    }

    public boolean isProved() {
        return proved;
    }

    public void setProved(boolean proved) {
        this.proved = proved;
    }

    public @Nullable String getMessage() {
        return message;
    }

    public void setMessage(@Nullable String message) {
        this.message = message;
    }
}
