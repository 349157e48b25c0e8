package dev.podmigration.operator.status;

import dev.podmigration.api.v1alpha1.Freeze;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodPlace;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.observe.PodState;

import io.fabric8.kubernetes.api.model.Pod;

import org.jspecify.annotations.Nullable;

import java.util.stream.Collectors;

/** How a migration ended, in a sentence that is true at that moment. */
public final class Ending {

    private Ending() {}

    /**
     * Says it of a migration whose last phase is decided, but perhaps not yet in its status.
     *
     * @throws IllegalArgumentException if no migration ends in this phase
     */
    public static String of(PodMigrationPhase phase, Observation seen) {
        PodMigrationStatus status = seen.status();
        return switch (phase) {
            case Succeeded ->
                    seen.spec().isDryRun()
                            ? "Every check passed. Nothing was changed."
                            : arrived(seen) + freeze(seen) + ".";
            case RolledBack, Cancelled -> "Everything is undone; " + left(seen) + ".";
            case Failed ->
                    seen.wasCommitted() ? status.getFailure().getMessage() : "Nothing was moved.";
            case Pending,
                    Preflight,
                    Preparing,
                    Armed,
                    Frozen,
                    Restoring,
                    Moving,
                    Committed,
                    Switching ->
                    throw new IllegalArgumentException("not an end: " + phase);
        };
    }

    private static String arrived(Observation seen) {
        PodMigrationStatus status = seen.status();
        return seen.isGroup()
                ? status.getMembers().stream()
                        .map(member -> place(member.getTarget()))
                        .collect(Collectors.joining(", ", "The pods of the group run: ", ""))
                : "Pod "
                        + status.getTarget().getPodName()
                        + " runs on node "
                        + status.getTarget().getNodeName();
    }

    private static String place(@Nullable PodPlace target) {
        return target == null ? "?" : target.getPodName() + " on node " + target.getNodeName();
    }

    private static String left(Observation seen) {
        if (!seen.isGroup()) {
            return source(seen);
        }
        return seen.group().members().isEmpty()
                ? "no pod was touched"
                : seen.group().members().stream()
                        .map(Ending::source)
                        .collect(Collectors.joining(", "));
    }

    /** Somebody may have deleted it, or it may have ended, while it was being moved. */
    private static String source(Observation seen) {
        String name = "pod " + seen.spec().getPod().getName();
        if (seen.source().isEmpty()) {
            return seen.status().getSource() == null
                    ? "there is no " + name
                    : name + " was deleted meanwhile";
        }
        Pod source = seen.source().get();
        if (source.isMarkedForDeletion()) {
            return name + " is being deleted";
        }
        if (PodState.hasEnded(source)) {
            return name + " ended meanwhile, in phase " + PodState.phase(source);
        }
        return PodState.isRunning(source)
                ? name + " runs where it was"
                : name + " is where it was, but not every container of it runs";
    }

    private static String freeze(Observation seen) {
        Freeze freeze = seen.status().getFreeze();
        return freeze == null || freeze.getMilliseconds() == null
                ? ""
                : (seen.isGroup() ? "; they were" : ", it was")
                        + " silent for "
                        + freeze.getMilliseconds()
                        + " ms";
    }
}
