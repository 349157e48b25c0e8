package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** The pods of one node that freeze together, commit together and roll back together. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@SchemaCustomizer(value = ListTypes.class, input = "members")
public class CheckpointGroup extends ApiBean {
    @JsonPropertyDescription(
            "Name of the group; that of the PodMigration that moves all of its pods. Required.")
    @Required
    @Pattern(Names.SUBDOMAIN)
    @Size(min = 1, max = 253)
    private @Nullable String name;

    @JsonPropertyDescription(
            "Names of the PodCheckpoints of all members, this one among them, in the same namespace"
                    + " and for the same node. The same list in each of them. Required: 2 to 16.")
    @Required
    @Size(min = 2, max = 16)
    private List<@Pattern(Names.SUBDOMAIN) @Size(min = 1, max = 253) String> members =
            new ArrayList<>();

    public @Nullable String getName() {
        return name;
    }

    public void setName(@Nullable String name) {
        this.name = name;
    }

    public List<String> getMembers() {
        return members;
    }

    public void setMembers(List<String> members) {
        this.members = members;
    }
}
