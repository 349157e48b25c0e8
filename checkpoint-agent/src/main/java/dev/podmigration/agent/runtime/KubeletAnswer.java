package dev.podmigration.agent.runtime;

import dev.podmigration.agent.AgentFailure;

import java.util.List;

/**
 * What the kubelet said to a checkpoint call. A failure is a value: the agent itself makes dumps
 * fail on purpose.
 */
public sealed interface KubeletAnswer {

    /**
     * The checkpoint was taken.
     *
     * @param archives paths on the node; the files are the caller's to remove
     */
    record Archived(List<String> archives) implements KubeletAnswer {
        public Archived {
            archives = List.copyOf(archives);
        }
    }

    record Failed(AgentFailure failure) implements KubeletAnswer {}
}
