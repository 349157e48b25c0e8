package dev.podmigration.agent.host;

import java.util.Map;
import java.util.Optional;

/**
 * The control groups of one pod.
 *
 * @param pod the group that holds all of the pod; depending on CRI-O's {@code conmon_cgroup} also
 *     its monitors
 * @param containers by container id; without the monitors' groups, with the pause container's if
 *     there is one
 */
public record PodCgroup(String podUid, Cgroup pod, Map<String, Cgroup> containers) {

    public PodCgroup {
        containers = Map.copyOf(containers);
    }

    public Optional<Cgroup> container(String containerId) {
        return Optional.ofNullable(containers.get(containerId));
    }
}
