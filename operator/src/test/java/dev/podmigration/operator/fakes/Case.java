package dev.podmigration.operator.fakes;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.GroupMember;
import dev.podmigration.api.v1alpha1.GroupSelector;
import dev.podmigration.api.v1alpha1.MigrationGroup;
import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.PhaseTransition;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodPlace;
import dev.podmigration.api.v1alpha1.PodReference;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.operator.observe.GroupView;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.observe.StrategyWork;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Builds what a handler sees: pod "app" on node-a, on its way to node-b. */
public final class Case {

    public static final Instant NOW = Instant.parse("2026-08-01T12:00:00Z");

    private final PodMigration migration = new PodMigration();
    private final FakeCluster cluster = new FakeCluster();
    private @Nullable Pod source = pod("app", "node-a");
    private @Nullable Pod target;
    private @Nullable PodCheckpoint checkpoint;
    private @Nullable PodRestore restore;
    private StrategyWork work = StrategyWork.NONE;
    private GroupView group = GroupView.NONE;
    private Instant now = NOW;

    private Case(PodMigrationPhase phase) {
        PodReference reference = new PodReference();
        reference.setName("app");
        migration.getMetadata().setName("move");
        migration.getMetadata().setNamespace("ns");
        migration.getMetadata().setUid("migration-uid");
        migration.getMetadata().setGeneration(1L);
        migration.getSpec().setPod(reference);
        migration.getSpec().getTarget().setNodeName("node-b");
        PhaseTransition transition = new PhaseTransition();
        transition.setPhase(phase);
        transition.setTime(Timestamps.format(NOW));
        migration.getStatus().setPhase(phase);
        migration.getStatus().setPhaseTransitions(List.of(transition));
        migration.getStatus().setStartTime(Timestamps.format(NOW));
        migration.getStatus().setSource(place("app", "node-a"));
        migration.getStatus().setCheckpointName("move-x");
        migration.getStatus().setRestoreName("move-x");
        for (String name : List.of("node-a", "node-b")) {
            cluster.add(node(name));
            heard(name, NOW);
        }
    }

    public static Case in(PodMigrationPhase phase) {
        return new Case(phase);
    }

    public Case withoutSource() {
        source = null;
        return this;
    }

    public Case source(Consumer<PodBuilder> change) {
        PodBuilder builder = new PodBuilder(source);
        change.accept(builder);
        source = builder.build();
        return this;
    }

    public Case target(Consumer<PodBuilder> change) {
        PodBuilder builder = new PodBuilder(pod("app-x", "node-b"));
        change.accept(builder);
        target = builder.build();
        migration.getStatus().setTarget(place("app-x", "node-b"));
        return this;
    }

    public Case target() {
        return target(_ -> {});
    }

    /** The target was there once. */
    public Case targetGone() {
        target = null;
        migration.getStatus().setTarget(place("app-x", "node-b"));
        return this;
    }

    public Case checkpoint(CheckpointGoal goal, PodCheckpointPhase phase) {
        PodCheckpoint made = new PodCheckpoint();
        made.getMetadata().setName("move-x");
        made.getMetadata().setNamespace("ns");
        made.getSpec().setGoal(goal);
        made.getStatus().setPhase(phase);
        checkpoint = made;
        return this;
    }

    public Case checkpointFailure(FailureReason reason) {
        checkpoint.getStatus().setFailure(Failure.of(reason, "said by the source"));
        return this;
    }

    public Case restore(RestoreGoal goal, PodRestorePhase phase) {
        PodRestore made = new PodRestore();
        made.getMetadata().setName("move-x");
        made.getMetadata().setNamespace("ns");
        made.getSpec().setGoal(goal);
        made.getStatus().setPhase(phase);
        restore = made;
        return this;
    }

    public Case restoreFailure(FailureReason reason) {
        restore.getStatus().setFailure(Failure.of(reason, "said by the target"));
        return this;
    }

    /** Everything is being undone because of this. */
    public Case failed(FailureReason reason) {
        migration.getStatus().setFailure(Failure.of(reason, "as recorded"));
        return this;
    }

    public Case migration(Consumer<PodMigration> change) {
        change.accept(migration);
        return this;
    }

    /** One more node of the cluster, with an agent that was heard just now. */
    public Case node(String name, Consumer<NodeBuilder> change) {
        NodeBuilder builder = new NodeBuilder(node(name));
        change.accept(builder);
        cluster.add(builder.build());
        return heard(name, NOW);
    }

    /** The agent of a node was last heard then. */
    public Case heard(String node, Instant time) {
        MigrationNode migrationNode =
                cluster.migrationNode(node)
                        .orElseGet(
                                () -> {
                                    MigrationNode made = new MigrationNode();
                                    made.getMetadata().setName(node);
                                    cluster.add(made);
                                    return made;
                                });
        migrationNode.getStatus().setObservedAt(Timestamps.format(time));
        return this;
    }

    public Case after(Duration time) {
        return at(NOW.plus(time));
    }

    public Case at(Instant time) {
        now = time;
        return this;
    }

    /** Something else that is in the cluster. */
    public Case cluster(HasMetadata object) {
        cluster.add(object);
        return this;
    }

    /** What strategies have answered. */
    public Case work(StrategyWork answered) {
        work = answered;
        return this;
    }

    /** It moves these as one. */
    public Case members(Observation... members) {
        GroupSelector selector = new GroupSelector();
        selector.setMatchLabels(Map.of("shop", "yes"));
        migration.getSpec().setPod(null);
        migration.getSpec().setSelector(selector);
        migration.getStatus().setMembers(Stream.of(members).map(Case::member).toList());
        source = null;
        group = new GroupView(Optional.empty(), List.of(members));
        return this;
    }

    /** Of the members of its status. */
    public Case onlyTheseAreThere(Observation... members) {
        group = new GroupView(Optional.empty(), List.of(members));
        return this;
    }

    public Case withoutParent() {
        group = GroupView.NONE;
        return this;
    }

    private static GroupMember member(Observation seen) {
        GroupMember member = new GroupMember();
        member.setPodName(seen.spec().getPod().getName());
        member.setMigrationName(seen.migration().getMetadata().getName());
        member.setPhase(seen.phase());
        return member;
    }

    /** It moves one pod of a group, as the migration of this name. */
    public Case memberOf(PodMigration parent, String name) {
        MigrationGroup names = new MigrationGroup();
        names.setName(parent.getMetadata().getName());
        names.setMembers(List.of("one", "two"));
        migration.getMetadata().setName(name);
        migration.getMetadata().setUid("uid-of-" + name);
        migration.getSpec().getPod().setName("pod-" + name);
        migration.getSpec().setGroup(names);
        group = new GroupView(Optional.of(parent), List.of());
        return this;
    }

    public Observation build() {
        return new Observation(
                migration,
                Optional.ofNullable(source),
                Optional.ofNullable(target),
                Optional.ofNullable(checkpoint),
                Optional.ofNullable(restore),
                cluster,
                work,
                group,
                now);
    }

    public static Pod pod(String name, String node) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("ns")
                .withUid(name + "-uid")
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

    private static Node node(String name) {
        return new NodeBuilder().withNewMetadata().withName(name).endMetadata().build();
    }

    private static PodPlace place(String pod, String node) {
        PodPlace place = new PodPlace();
        place.setPodName(pod);
        place.setPodUid(pod + "-uid");
        place.setNodeName(node);
        return place;
    }
}
