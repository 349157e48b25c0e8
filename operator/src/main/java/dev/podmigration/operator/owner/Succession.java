package dev.podmigration.operator.owner;

import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.observe.Marks;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.observe.PodState;
import dev.podmigration.operator.settings.TimeLimits;
import dev.podmigration.operator.target.WithheldLabels;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the target takes the place of the source, after the commit.
 *
 * <p>A ReplicaSet counts its pods and acts on every difference at once, so there is no order in
 * which one pod could replace another unseen. The target is given to it first and the ReplicaSet
 * itself deletes one: it takes pods that are not ready before ready ones and then those with the
 * lowest deletion cost, and the source is made both. That is also the truth: a frozen source is not
 * ready. If the ReplicaSet takes another pod all the same (one that was not even scheduled), or
 * none because it was scaled up meanwhile, the source is deleted here and the ReplicaSet fills up.
 */
public final class Succession {

    /** What to do about the source now, and what to wait for then. */
    public record Move(List<Action> actions, String waitingFor, Instant lookAgain) {

        public Move {
            actions = List.copyOf(actions);
        }
    }

    private static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

    /**
     * The processes of the source are frozen and killed by the agent as soon as the pod is being
     * deleted; a longer grace would only let the kubelet wait for stop hooks that cannot run.
     */
    private static final long GRACE_SECONDS = 1;

    /** What the API server gives a pod that does not say. */
    private static final long DEFAULT_GRACE_SECONDS = 30;

    /** A ReplicaSet reacts within milliseconds. */
    private static final long REACTION_SECONDS = 5;

    private final TimeLimits limits;

    public Succession(TimeLimits limits) {
        this.limits = limits;
    }

    /** While the source is there. */
    public Move next(Pod source, Observation seen) {
        String gone = "source pod " + source.getMetadata().getName() + " to go";
        Instant later = seen.now().plus(limits.removal());
        List<Action> actions = new ArrayList<>();
        if (seen.target().isEmpty()) {
            delete(source, seen).ifPresent(actions::add);
            return new Move(actions, gone, later);
        }
        Pod target = seen.target().get();
        boolean owned = owner(target).isPresent() && PodState.controller(source).isPresent();
        if (!owned) {
            takeOver(target, null, seen).ifPresent(actions::add);
            if (PodState.isReady(source) && !seen.isStartedAnew()) {
                actions.add(notReady(source, target));
            }
            delete(source, seen).ifPresent(actions::add);
            return new Move(actions, gone, later);
        }
        return toReplicaSet(source, target, seen, gone, later);
    }

    /** The source went by itself: what the target still lacks. */
    public Optional<Action> afterSource(Observation seen) {
        return seen.target()
                .flatMap(
                        target ->
                                takeOver(target, owner(target).orElse(null), seen)
                                        .or(() -> tidy(target)));
    }

    private Move toReplicaSet(
            Pod source, Pod target, Observation seen, String gone, Instant later) {
        Instant patience = seen.phaseStart().plus(limits.readiness());
        if (!PodState.isReady(target)
                && seen.now().isBefore(patience)
                && !source.isMarkedForDeletion()) {
            return new Move(
                    List.of(),
                    "target pod " + target.getMetadata().getName() + " to be ready",
                    patience);
        }
        List<Action> actions = new ArrayList<>();
        if (PodState.controller(target).isEmpty() && switchedAt(target).isEmpty()) {
            if (!source.isMarkedForDeletion()) {
                actions.add(
                        new Action.MarkPod(
                                source,
                                Map.of(),
                                Map.of(DELETION_COST, String.valueOf(Integer.MIN_VALUE)),
                                null));
                actions.add(notReady(source, target));
            }
            takeOver(target, owner(target).orElseThrow(), seen).ifPresent(actions::add);
            return new Move(
                    actions,
                    "the ReplicaSet to delete the source",
                    seen.now().plusSeconds(REACTION_SECONDS));
        }
        Instant end = switchedAt(target).orElse(seen.phaseStart()).plusSeconds(REACTION_SECONDS);
        if (source.isMarkedForDeletion() || !seen.now().isBefore(end)) {
            delete(source, seen).ifPresent(actions::add);
            return new Move(actions, gone, later);
        }
        return new Move(List.of(), "the ReplicaSet to delete the source", end);
    }

    /** Owner and withheld labels in one patch: between two a ReplicaSet would see half a member. */
    private static Optional<Action> takeOver(
            Pod target, @Nullable OwnerReference owner, Observation seen) {
        Map<String, @Nullable String> labels =
                new LinkedHashMap<>(WithheldLabels.recordedOn(target));
        boolean complete =
                labels.entrySet().stream()
                        .allMatch(
                                label ->
                                        label.getValue()
                                                .equals(
                                                        target.getMetadata()
                                                                .getLabels()
                                                                .get(label.getKey())));
        // An owner that does not want the pod takes itself off it again: it is asked once.
        boolean owned =
                owner == null
                        || PodState.controller(target).isPresent()
                        || switchedAt(target).isPresent();
        if (complete && owned) {
            return Optional.empty();
        }
        Map<String, @Nullable String> annotations = new LinkedHashMap<>();
        if (owner != null) {
            annotations.put(Marks.SWITCHED_AT, seen.now().toString());
        }
        return Optional.of(
                new Action.MarkPod(
                        target, labels, annotations, owner == null ? null : List.of(owner)));
    }

    private static Optional<Action> tidy(Pod target) {
        Map<String, @Nullable String> removed = new LinkedHashMap<>();
        for (String annotation : List.of(Marks.SWITCHED_AT, Marks.WITHHELD_LABELS, Marks.OWNER)) {
            if (target.getMetadata().getAnnotations().containsKey(annotation)) {
                removed.put(annotation, null);
            }
        }
        return removed.isEmpty()
                ? Optional.empty()
                : Optional.of(new Action.MarkPod(target, Map.of(), removed, null));
    }

    private static Optional<Action> delete(Pod source, Observation seen) {
        long wanted = seen.isStartedAnew() ? ownGrace(source) : GRACE_SECONDS;
        Long grace = source.getMetadata().getDeletionGracePeriodSeconds();
        return source.isMarkedForDeletion() && (grace == null || grace <= wanted)
                ? Optional.empty()
                : Optional.of(new Action.DeletePod(source, wanted));
    }

    /** One that was replaced runs, and may have something to finish. At least 1: 0 is by force. */
    private static long ownGrace(Pod source) {
        Long grace = source.getSpec().getTerminationGracePeriodSeconds();
        return grace == null ? DEFAULT_GRACE_SECONDS : Math.max(1, grace);
    }

    private static Action notReady(Pod source, Pod target) {
        return new Action.MarkNotReady(
                source, "Moved to pod " + target.getMetadata().getName() + ".");
    }

    private static Optional<OwnerReference> owner(Pod target) {
        return Optional.ofNullable(target.getMetadata().getAnnotations().get(Marks.OWNER))
                .map(owner -> Serialization.unmarshal(owner, OwnerReference.class));
    }

    private static Optional<Instant> switchedAt(Pod target) {
        return Optional.ofNullable(target.getMetadata().getAnnotations().get(Marks.SWITCHED_AT))
                .map(Instant::parse);
    }
}
