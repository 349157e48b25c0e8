package dev.podmigration.operator.event;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.GroupMember;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.phase.Decision;
import dev.podmigration.operator.status.Ending;

import io.fabric8.kubernetes.api.model.Condition;

import java.util.stream.Collectors;

/**
 * Says at the key moments what happens, to whoever looks at the migration or at one of its two
 * pods.
 */
public final class Announcer {

    private final EventRecorder events;

    public Announcer(EventRecorder events) {
        this.events = events;
    }

    /**
     * Writes the events that a decision is worth.
     *
     * @param after the migration with the decision written into its status
     */
    public void announce(
            Decision decision, Observation seen, PodMigrationPhase before, PodMigration after) {
        switch (decision) {
            case Decision.Enter enter -> entered(enter.phase(), seen, after);
            case Decision.GiveUp giveUp -> failed(giveUp.failure(), seen, after);
            case Decision.GoForward _ ->
                    events.warning(
                            after,
                            EventReason.Committed.name(),
                            "The target has the grant already: too late to undo anything.");
            case Decision.FallBack fallBack ->
                    events.warning(
                            after,
                            EventReason.FallingBack.name(),
                            "The checkpoint is undone and the pod is moved without one, because: "
                                    + fallBack.failure().getMessage());
            case Decision.Finish finish -> finished(finish.phase(), seen, before, after);
            case Decision.Stall stall -> stalled(stall.failure(), after);
            case Decision.Stay stay -> stay.actions().forEach(action -> forced(action, after));
        }
    }

    /** Something that has to be done cannot be done for now. */
    public void stalled(Failure failure, PodMigration about) {
        events.warning(about, failure.getReason().name(), sentence(failure));
    }

    /** The kubelet did not finish; what is left on its node is not seen in the API any more. */
    private void forced(Action action, PodMigration after) {
        if (action instanceof Action.DeletePod delete && delete.graceSeconds() == 0) {
            events.warning(
                    after,
                    EventReason.ForcedRemoval.name(),
                    "The kubelet of node "
                            + delete.pod().getSpec().getNodeName()
                            + " does not finish the removal of pod "
                            + delete.pod().getMetadata().getName()
                            + "; it is removed from the API by force. See the events of the pod.");
        }
    }

    /** The wish to cancel came too late. */
    public void refuseCancel(PodMigration migration, Condition refusal) {
        events.warning(migration, EventReason.CancelRefused.name(), refusal.getMessage());
    }

    private void entered(PodMigrationPhase phase, Observation seen, PodMigration after) {
        PodMigrationStatus status = after.getStatus();
        String name = after.getMetadata().getName();
        switch (phase) {
            case Preflight -> {
                if (status.getStrategy() == null || status.getStrategy().getChosen() == null) {
                    events.normal(
                            after, EventReason.Checking.name(), "Checking " + subject(after) + ".");
                }
            }
            case Preparing -> {
                String message =
                        "Preparing to move "
                                + subject(after)
                                + " from node "
                                + seen.sourceNode().orElse("?")
                                + " (PodMigration "
                                + name
                                + (seen.isGroup()
                                        ? "). They run on meanwhile."
                                        : "). It runs on meanwhile.");
                events.normal(after, EventReason.Preparing.name(), message);
                seen.source()
                        .ifPresent(
                                pod -> events.normal(pod, EventReason.Preparing.name(), message));
            }
            case Armed -> events.normal(after, EventReason.Armed.name(), armed(seen, after));
            case Frozen ->
                    events.normal(
                            after,
                            EventReason.Frozen.name(),
                            "Memory is on its way; neither copy answers.");
            case Moving ->
                    events.normal(
                            after,
                            EventReason.Moving.name(),
                            "Moving " + subject(after) + " without its memory.");
            case Committed -> {
                String message = committed(seen, after) + " (PodMigration " + name + ").";
                events.normal(after, EventReason.Committed.name(), message);
                seen.source()
                        .ifPresent(
                                pod -> events.normal(pod, EventReason.Committed.name(), message));
                seen.target()
                        .ifPresent(
                                pod -> events.normal(pod, EventReason.Committed.name(), message));
            }
            case Pending, Restoring, Switching, Succeeded, RolledBack, Failed, Cancelled -> {}
        }
    }

    private void failed(Failure failure, Observation seen, PodMigration after) {
        events.warning(after, failure.getReason().name(), sentence(failure));
        if (seen.phase().compareTo(PodMigrationPhase.Preparing) >= 0) {
            seen.source()
                    .ifPresent(
                            pod ->
                                    events.warning(
                                            pod,
                                            failure.getReason().name(),
                                            "PodMigration "
                                                    + after.getMetadata().getName()
                                                    + " is undone: "
                                                    + failure.getMessage()));
        }
    }

    private void finished(
            PodMigrationPhase phase,
            Observation seen,
            PodMigrationPhase before,
            PodMigration after) {
        String message =
                after.getStatus().getConditions().stream()
                        .filter(condition -> "Ready".equals(condition.getType()))
                        .map(condition -> condition.getMessage())
                        .findFirst()
                        .orElse("");
        switch (phase) {
            case Succeeded ->
                    events.normal(
                            after,
                            (after.getSpec().isDryRun()
                                            ? EventReason.DryRun
                                            : EventReason.Succeeded)
                                    .name(),
                            message);
            case RolledBack, Cancelled -> {
                EventReason reason =
                        phase == PodMigrationPhase.RolledBack
                                ? EventReason.RolledBack
                                : EventReason.Cancelled;
                String undone = Ending.of(phase, seen);
                events.normal(after, reason.name(), undone);
                if (before.compareTo(PodMigrationPhase.Preparing) >= 0) {
                    seen.source().ifPresent(pod -> events.normal(pod, reason.name(), undone));
                }
            }
            case Failed -> events.warning(after, EventReason.Failed.name(), message);
            case Pending,
                    Preflight,
                    Preparing,
                    Armed,
                    Frozen,
                    Restoring,
                    Moving,
                    Committed,
                    Switching ->
                    throw new IllegalStateException("not an end: " + phase);
        }
    }

    private static String sentence(Failure failure) {
        return failure.getRemedy() == null
                ? failure.getMessage()
                : failure.getMessage() + " " + failure.getRemedy();
    }

    private static String armed(Observation seen, PodMigration after) {
        if (seen.isGroup()) {
            return "The targets of " + subject(after) + " wait to be restored; files are copied.";
        }
        return (seen.isNameKept() ? "Room for pod " : "Pod ")
                + targetName(after)
                + " on node "
                + seen.targetNode().orElse("?")
                + (seen.isNameKept()
                        ? " is there; files are copied."
                        : " waits to be restored; files are copied.");
    }

    private static String committed(Observation seen, PodMigration after) {
        return seen.isGroup()
                ? "Of " + subject(after) + " only the targets run from here on"
                : "Pod "
                        + podName(after)
                        + " goes on as pod "
                        + targetName(after)
                        + " on node "
                        + seen.targetNode().orElse("?");
    }

    private static String subject(PodMigration migration) {
        return migration.getSpec().getPod() == null
                ? migration.getStatus().getMembers().stream()
                        .map(GroupMember::getPodName)
                        .collect(Collectors.joining(", ", "pods ", ""))
                : "pod " + podName(migration);
    }

    private static String podName(PodMigration migration) {
        return migration.getSpec().getPod().getName();
    }

    private static String targetName(PodMigration migration) {
        return migration.getStatus().getTarget() == null
                ? "?"
                : String.valueOf(migration.getStatus().getTarget().getPodName());
    }
}
