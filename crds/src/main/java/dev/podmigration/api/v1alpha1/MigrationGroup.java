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

/** The group that a migration of one pod belongs to. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@SchemaCustomizer(value = ListTypes.class, input = "members")
public class MigrationGroup extends ApiBean {
    @JsonPropertyDescription(
            "Name of the PodMigration that moves all pods of the group; it owns this one."
                    + " Required.")
    @Required
    @Pattern(Names.SUBDOMAIN)
    @Size(min = 1, max = 63)
    private @Nullable String name;

    @JsonPropertyDescription(
            "Names of the PodMigrations of all members, this one among them. Required: 1 to 16.")
    @Required
    @Size(min = 1, max = 16)
    private List<@Pattern(Names.SUBDOMAIN) @Size(min = 1, max = 63) String> members =
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
