package dev.podmigration.protocol.model;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.MigratedContainer;
import dev.podmigration.api.v1alpha1.PhaseTransition;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodNameMode;
import dev.podmigration.api.v1alpha1.PodPlace;
import dev.podmigration.api.v1alpha1.PodReference;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyChoice;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.observe.StrategyWork;
import dev.podmigration.operator.phase.Decision;
import dev.podmigration.operator.status.Facts;
import dev.podmigration.operator.status.StatusDraft;
import dev.podmigration.operator.workload.Workloads;

import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One turn of the operator: makes the objects that it would see, lets the real code note, decide
 * and draft the status, and looks what came out. The controller around it has no say of its own.
 */
final class OperatorProgram {

    private static final Instant NOW = Instant.parse("2026-08-01T12:00:00Z");

    /** Longer than any limit of the operator and of the migration. */
    private static final Duration LONG = Duration.ofHours(1);

    private static final String NAMESPACE = "ns";
    private static final String HALF = "move-x";
    private static final String MIGRATION = "migration-uid";
    private static final String SOURCE_POD = "app";
    private static final String SOURCE_UID = "source-uid";
    private static final String TARGET_UID = "target-uid";
    private static final String TARGET_POD = "app-x";

    private static final Workloads NO_PLUGINS = new Workloads(List.of(), List.of());

    private final boolean nameKept;
    private final Function<Observation, Decision> decisions;
    private final Map<OperatorView, OperatorTurn> known = new HashMap<>();

    OperatorProgram(boolean nameKept, Function<Observation, Decision> decisions) {
        this.nameKept = nameKept;
        this.decisions = decisions;
    }

    OperatorTurn turn(OperatorView view) {
        return known.computeIfAbsent(view, this::decide);
    }

    private OperatorTurn decide(OperatorView view) {
        Observation seen = observe(view);
        Facts.note(seen, NO_PLUGINS);
        Decision decision = decisions.apply(seen);
        List<Action> actions =
                switch (decision) {
                    case Decision.Stay stay -> stay.actions();
                    case Decision.Stall stall -> stall.actions();
                    case Decision.Enter _,
                            Decision.GiveUp _,
                            Decision.GoForward _,
                            Decision.FallBack _,
                            Decision.Finish _ ->
                            List.of();
                };
        StatusDraft.apply(decision, seen);
        PodMigrationStatus status = seen.status();
        return new OperatorTurn(
                status.getPhase(),
                status.getFailure() != null,
                view.wasCommitted() || status.getPhase() == PodMigrationPhase.Committed,
                status.getTarget() != null,
                status.getTarget() != null && status.getTarget().getPodUid() != null,
                deeds(actions));
    }

    private static int deeds(List<Action> actions) {
        List<Deed> inOrder = new ArrayList<>();
        for (Action action : actions) {
            deed(action).filter(deed -> !inOrder.contains(deed)).ifPresent(inOrder::add);
        }
        int deeds = inOrder.stream().mapToInt(Deed::bit).sum();
        if (!Deed.in(deeds).equals(inOrder)) {
            throw new IllegalStateException("Deed is in another order than " + inOrder);
        }
        return deeds;
    }

    private static Optional<Deed> deed(Action action) {
        return switch (action) {
            case Action.CreateRestore _ -> Optional.of(Deed.CREATE_RESTORE);
            case Action.CreatePod _ -> Optional.of(Deed.CREATE_TARGET_POD);
            case Action.Prepare _ -> Optional.of(Deed.PREPARE);
            case Action.SetGoal set ->
                    Optional.of(
                            switch (set.goal()) {
                                case Migrate -> Deed.MIGRATE;
                                case RollBack -> Deed.ROLL_BACK;
                                case Inspect, Prepare, Archive -> throw unexpected(action);
                            });
            case Action.Cancel _ -> Optional.of(Deed.CANCEL);
            case Action.Delete delete ->
                    Optional.of(
                            delete.object() instanceof PodRestore
                                    ? Deed.DELETE_RESTORE
                                    : Deed.DELETE_CHECKPOINT);
            case Action.DeletePod delete -> {
                boolean source = delete.pod().getMetadata().getUid().equals(SOURCE_UID);
                yield Optional.of(
                        delete.graceSeconds() == 0
                                ? source ? Deed.FORCE_SOURCE_POD : Deed.FORCE_TARGET_POD
                                : source ? Deed.DELETE_SOURCE_POD : Deed.DELETE_TARGET_POD);
            }
            case Action.Bind _ -> Optional.of(Deed.BIND);
            case Action.FreeName _ -> Optional.of(Deed.FREE_NAME);
            case Action.GiveTo _ -> Optional.of(Deed.INHERIT);
            // Changes nothing.
            case Action.RehearsePod _, Action.InterruptStrategy _ -> Optional.empty();
            case Action.CreateCheckpoint _,
                    Action.CreateMember _,
                    Action.MarkPod _,
                    Action.MarkNotReady _,
                    Action.AssessStrategy _,
                    Action.StepStrategy _ ->
                    throw unexpected(action);
        };
    }

    private static IllegalStateException unexpected(Action action) {
        return new IllegalStateException("The model has no " + action);
    }

    private Observation observe(OperatorView view) {
        boolean late = view.clock() == OperatorView.Clock.LATE;
        Instant now = late ? NOW.plus(LONG) : NOW.plusSeconds(1);
        Scenery scenery =
                new Scenery(
                        view.clock() == OperatorView.Clock.SOURCE_SILENT ? NOW.minus(LONG) : now,
                        view.clock() == OperatorView.Clock.TARGET_SILENT ? NOW.minus(LONG) : now);
        return new Observation(
                migration(view),
                pod(view.sourcePod(), sourcePod()),
                pod(view.targetPod(), targetPod()),
                checkpoint(view),
                restore(view),
                scenery,
                // A plain checkpoint: no plugin has a part in it.
                StrategyWork.NONE,
                now);
    }

    private PodMigration migration(OperatorView view) {
        PodMigration migration = new PodMigration();
        migration.getMetadata().setName("move");
        migration.getMetadata().setNamespace(NAMESPACE);
        migration.getMetadata().setUid(MIGRATION);
        migration.getMetadata().setGeneration(1L);
        PodReference reference = new PodReference();
        reference.setName(SOURCE_POD);
        migration.getSpec().setPod(reference);
        migration.getSpec().getTarget().setNodeName(Scenery.TARGET);
        migration
                .getSpec()
                .getTarget()
                .setPodName(
                        nameKept ? PodNameMode.Keep : migration.getSpec().getTarget().getPodName());
        migration.getSpec().setCancelled(view.clock() == OperatorView.Clock.CANCELLED);
        status(migration.getStatus(), view);
        return migration;
    }

    private void status(PodMigrationStatus status, OperatorView view) {
        status.setPhase(view.phase());
        status.setStartTime(Timestamps.format(NOW));
        status.setPhaseTransitions(List.of(transition(view.phase())));
        status.setCheckpointName(HALF);
        status.setRestoreName(HALF);
        status.setSource(place(SOURCE_POD, SOURCE_UID, Scenery.SOURCE));
        StrategyChoice strategy = new StrategyChoice();
        strategy.setChosen(Strategy.Checkpoint);
        strategy.setReasons(List.of());
        status.setStrategy(strategy);
        MigratedContainer container = new MigratedContainer();
        container.setName("main");
        status.setContainers(List.of(container));
        if (view.targetPlanned()) {
            status.setTarget(
                    place(
                            targetName(),
                            view.targetSeen() ? TARGET_UID : null,
                            nameKept || view.targetSeen() ? Scenery.TARGET : null));
            if (nameKept && !view.targetSeen()) {
                status.setPreparedPod(Serialization.asJson(targetPod()));
            }
        }
        if (view.undoing()) {
            status.setFailure(Failure.of(FailureReason.InternalError, "as recorded"));
            status.setConditions(
                    List.of(
                            new ConditionBuilder()
                                    .withType(Observation.ROLLING_BACK)
                                    .withStatus("True")
                                    .withLastTransitionTime(NOW.toString())
                                    .build()));
        }
    }

    private static PhaseTransition transition(PodMigrationPhase phase) {
        PhaseTransition transition = new PhaseTransition();
        transition.setPhase(phase);
        transition.setTime(Timestamps.format(NOW));
        return transition;
    }

    private static PodPlace place(String name, @Nullable String uid, @Nullable String node) {
        PodPlace place = new PodPlace();
        place.setPodName(name);
        place.setPodUid(uid);
        place.setNodeName(node);
        return place;
    }

    private static Optional<Pod> pod(Existence existence, Pod pod) {
        if (existence == Existence.GOING) {
            pod.getMetadata().setDeletionTimestamp(NOW.toString());
            pod.getMetadata().setDeletionGracePeriodSeconds(1L);
        }
        return existence.isThere() ? Optional.of(pod) : Optional.empty();
    }

    private static Pod sourcePod() {
        return pod(SOURCE_POD, SOURCE_UID, Scenery.SOURCE);
    }

    private Pod targetPod() {
        return pod(targetName(), TARGET_UID, Scenery.TARGET);
    }

    private String targetName() {
        return nameKept ? SOURCE_POD : TARGET_POD;
    }

    private static Pod pod(String name, String uid, String node) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(NAMESPACE)
                .withUid(uid)
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .addNewContainer()
                .withName("main")
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .endStatus()
                .build();
    }

    private static Optional<PodCheckpoint> checkpoint(OperatorView view) {
        PodCheckpoint checkpoint = new PodCheckpoint();
        checkpoint.getSpec().setGoal((CheckpointGoal) view.checkpoint().goal());
        checkpoint.getStatus().setPhase((PodCheckpointPhase) view.checkpoint().phase());
        return half(checkpoint, view.checkpoint().existence(), view);
    }

    private static Optional<PodRestore> restore(OperatorView view) {
        PodRestore restore = new PodRestore();
        restore.getSpec().setNodeName(Scenery.TARGET);
        restore.getSpec().setGoal((RestoreGoal) view.restore().goal());
        restore.getSpec().setPodUid(view.restore().namesPod() ? TARGET_UID : null);
        restore.getStatus().setPhase((PodRestorePhase) view.restore().phase());
        return half(restore, view.restore().existence(), view);
    }

    private static <T extends HasMetadata> Optional<T> half(
            T half, Existence existence, OperatorView view) {
        half.getMetadata().setName(HALF);
        half.getMetadata().setNamespace(NAMESPACE);
        half.getMetadata().setUid(half.getKind());
        half.getMetadata()
                .setOwnerReferences(
                        List.of(
                                new OwnerReferenceBuilder()
                                        .withUid(view.inherited() ? TARGET_UID : MIGRATION)
                                        .build()));
        if (existence == Existence.GOING) {
            half.getMetadata().setDeletionTimestamp(NOW.toString());
        }
        return existence.isThere() ? Optional.of(half) : Optional.empty();
    }
}
