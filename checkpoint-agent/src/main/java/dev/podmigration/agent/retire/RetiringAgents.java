package dev.podmigration.agent.retire;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** What the DaemonSet is changed to, and how to see that every node has followed. */
final class RetiringAgents {

    /** Arguments of an agent that puts its node back, is ready when it has, and stays. */
    static final List<String> ARGUMENTS = List.of("uninstall", "--stay");

    private static final String CONTAINER = "agent";

    private RetiringAgents() {}

    static DaemonSet of(DaemonSet agents) {
        return new DaemonSetBuilder(agents)
                .editSpec()
                .withNewUpdateStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                // A node on which it cannot be done must not keep the others from doing it.
                .withMaxUnavailable(new IntOrString("100%"))
                .endRollingUpdate()
                .endUpdateStrategy()
                .editTemplate()
                .editSpec()
                .editMatchingContainer(container -> CONTAINER.equals(container.getName()))
                .withArgs(ARGUMENTS)
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    static boolean isDone(DaemonSet agents) {
        DaemonSetStatus status = agents.getStatus();
        if (status == null
                || status.getObservedGeneration() == null
                || status.getObservedGeneration() < agents.getMetadata().getGeneration()) {
            return false;
        }
        int desired = number(status.getDesiredNumberScheduled());
        return number(status.getUpdatedNumberScheduled()) == desired
                && number(status.getNumberReady()) == desired;
    }

    /** The API server leaves zeros out. */
    private static int number(@Nullable Integer value) {
        return value == null ? 0 : value;
    }
}
