package dev.podmigration.agent.janitor;

import java.util.Set;

/**
 * Everything that is there and that something on the node can belong to, looked up after the things
 * themselves: what is made between the two looks is found needed.
 *
 * @param recorded uids of PodCheckpoints, PodRestores and pods that any record of this node names
 * @param objects uids of all PodCheckpoints and PodRestores, and of the pods of this node, that the
 *     API server has
 * @param containers ids of all containers that the runtime has, ended ones too
 */
record Needs(Set<String> recorded, Set<String> objects, Set<String> containers) {

    Needs {
        recorded = Set.copyOf(recorded);
        objects = Set.copyOf(objects);
        containers = Set.copyOf(containers);
    }

    boolean knows(String uid) {
        return recorded.contains(uid) || objects.contains(uid);
    }
}
