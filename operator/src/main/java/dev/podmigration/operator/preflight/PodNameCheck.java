package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.observe.PodState;

import io.fabric8.kubernetes.api.model.Pod;

import java.util.List;
import java.util.Optional;

/** Whether the target can have the name of the source, and what that costs. */
public final class PodNameCheck implements Check {

    public static final String NAME = "PodName";

    static final String PRICE =
            "The pod keeps its name. So the source pod is deleted, and the target pod made,"
                + " scheduled and given its image, while neither copy runs: the freeze is longer by"
                + " that time than forecast, and limits.freezeSeconds ends when memory and files"
                + " have arrived on the target node. What is sent to the pod between is lost and"
                + " has to be sent again. From the deletion on there is no way back: if the pod"
                + " cannot be restored in three attempts, or its node restarts, it starts anew"
                + " without its memory.";

    @Override
    public List<Finding> look(Pod source, Observation seen) {
        if (!seen.isNameKept()) {
            return List.of(Finding.passed(NAME, "The target pod gets a new name."));
        }
        return obstacle(source)
                .map(
                        message ->
                                List.of(
                                        Finding.refused(
                                                NAME, FailureReason.PodNameNotKeepable, message)))
                .orElseGet(() -> List.of(Finding.passed(NAME, PRICE)));
    }

    private static Optional<String> obstacle(Pod source) {
        if (PodState.controller(source).isPresent()) {
            return Optional.of(
                    "The pod belongs to "
                            + PodState.controller(source).get().getKind()
                            + " "
                            + PodState.controller(source).get().getName()
                            + ", which names its pods itself and would replace the source as soon"
                            + " as it is deleted.");
        }
        if (!source.getMetadata().getFinalizers().isEmpty()) {
            return Optional.of(
                    "The pod has the finalizers "
                            + String.join(", ", source.getMetadata().getFinalizers())
                            + ": it keeps its name for as long as they like.");
        }
        if ("Never".equals(source.getSpec().getRestartPolicy())
                && source.getSpec().getContainers().size() > 1) {
            return Optional.of(
                    "The pod has several containers and restartPolicy Never: when the restore of"
                            + " one fails, the others cannot be tried again.");
        }
        return Optional.empty();
    }
}
