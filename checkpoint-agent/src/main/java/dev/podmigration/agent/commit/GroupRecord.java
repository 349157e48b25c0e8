package dev.podmigration.agent.commit;

import java.util.List;

/**
 * Pods of this node that freeze together, commit together and roll back together.
 *
 * @param state see {@link GroupState}
 * @param id names the record: the first uid of the members, so that no later group has the same
 * @param name for a person
 * @param members uids of the PodCheckpoints
 */
public record GroupRecord(GroupState state, String id, String name, List<String> members) {

    public GroupRecord {
        members = members.stream().sorted().toList();
    }

    /** A group of which nothing is decided. */
    public static GroupRecord open(String name, List<String> members) {
        return new GroupRecord(
                GroupState.OPEN,
                members.stream().sorted().findFirst().orElseThrow(),
                name,
                members);
    }

    GroupRecord with(GroupState next) {
        return new GroupRecord(next, id, name, members);
    }
}
