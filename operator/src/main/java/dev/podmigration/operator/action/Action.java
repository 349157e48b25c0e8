package dev.podmigration.operator.action;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.CheckpointOptions;
import dev.podmigration.api.v1alpha1.Peer;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.workload.Move;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** One thing to do to the cluster. Doing it twice has the same effect as doing it once. */
public sealed interface Action {

    /** Lets one pod of a group be moved. */
    record CreateMember(PodMigration member) implements Action {}

    record CreateCheckpoint(PodCheckpoint checkpoint) implements Action {}

    record CreateRestore(PodRestore restore) implements Action {}

    record CreatePod(Pod pod) implements Action {}

    /**
     * Decides what the inspection had left open, names the other end, and lets the first copy of
     * files begin.
     */
    record Prepare(
            PodCheckpoint checkpoint,
            Peer peer,
            CheckpointOptions options,
            boolean keepAddresses,
            int freezeSeconds)
            implements Action {}

    record SetGoal(PodCheckpoint checkpoint, CheckpointGoal goal) implements Action {}

    record Cancel(PodRestore restore) implements Action {}

    /** Deletes exactly this object, not a later one of its name. */
    record Delete(HasMetadata object) implements Action {}

    record DeletePod(Pod pod, long graceSeconds) implements Action {}

    /** Asks the API server whether it would have this pod; none is made. */
    record RehearsePod(Pod pod) implements Action {}

    /** Tells the agent that has received a pod's memory which pod it is for. */
    record Bind(PodRestore restore, Pod pod) implements Action {}

    /** Deletes the source at once: its name is needed, and its agent kills what is frozen. */
    record FreeName(Pod source) implements Action {}

    /**
     * Sets labels and annotations ({@code null} removes one), and replaces the owners unless {@code
     * owners} is null.
     */
    record MarkPod(
            Pod pod,
            Map<String, @Nullable String> labels,
            Map<String, @Nullable String> annotations,
            @Nullable List<OwnerReference> owners)
            implements Action {}

    /** Says in the pod's status what is true: it cannot answer. */
    record MarkNotReady(Pod pod, String message) implements Action {}

    /** Asks a strategy whether it can move the pod. The answer is seen in a later round. */
    record AssessStrategy(String strategy, Move move) implements Action {}

    /**
     * Lets a strategy do one step. What comes of it is seen in a later round.
     *
     * @param number of the step within its stage: one that is being done, or whose outcome is
     *     known, is not done again
     */
    record StepStrategy(
            String strategy,
            StrategyStage stage,
            int number,
            Move move,
            Map<String, String> memory,
            boolean fellBack,
            List<String> targetNodes,
            Instant deadline)
            implements Action {}

    /** Interrupts the step that a strategy is doing for a migration that is being undone. */
    record InterruptStrategy(PodMigration migration) implements Action {}

    /** From now on the object goes when {@code owner} goes. */
    record GiveTo(HasMetadata object, HasMetadata owner) implements Action {}
}
