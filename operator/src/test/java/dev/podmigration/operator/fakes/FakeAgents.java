package dev.podmigration.operator.fakes;

import dev.podmigration.api.v1alpha1.ByteCounts;
import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.Freeze;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.Jvm;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodCheckpointStatus;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.PodRestoreStatus;
import dev.podmigration.api.v1alpha1.RestoreAddress;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.api.v1alpha1.Step;
import dev.podmigration.api.v1alpha1.Timestamps;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The agents of both nodes, as docs/architecture.md describes what they do with their objects,
 * without any process behind. What a real agent keeps on disk is kept here: whether a grant was
 * given and whether a target ran. Pods of a group freeze when all of them are told to, and get the
 * grant when all of them ask.
 */
public final class FakeAgents implements AutoCloseable {

    private static final String SOURCE_FINALIZER = "podmigration.dev/source-agent";
    private static final String TARGET_FINALIZER = "podmigration.dev/target-agent";
    private static final long MEMORY_BYTES = 200L << 20;

    /** Of every pod whose addresses move with it. */
    private static final String ADDRESS = "10.88.0.10/16";

    /** What the records of one migration say; the name of its PodCheckpoint is the key. */
    private enum Outcome {
        GRANTED,
        /** The target has the grant before its pod exists: it cannot be taken back. */
        RECEIVED,
        RAN,
        NEVER_RAN
    }

    private final KubernetesClient client;
    private final World world = new World();
    private final Map<String, Outcome> records = new ConcurrentHashMap<>();
    private final Map<PodCheckpointPhase, FailureReason> sourceFailures =
            new EnumMap<>(PodCheckpointPhase.class);
    private final Map<PodRestorePhase, FailureReason> targetFailures =
            new EnumMap<>(PodRestorePhase.class);
    private final Map<String, FailureReason> podFailures = new HashMap<>();
    private final Set<Enum<?>> held = new HashSet<>();
    private final Map<String, Consumer<InspectedContainer>> insides = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();
    private volatile boolean memoryLost;
    private volatile boolean sourceAway;
    private volatile boolean targetAway;

    public FakeAgents(KubernetesClient client, String namespace) {
        this.client = client;
        world.watch(client, namespace, PodCheckpoint.class, this::source);
        world.watch(client, namespace, PodRestore.class, this::target);
        world.watch(client, namespace, Pod.class, _ -> {});
    }

    /** The source agent fails in place of reaching this phase. */
    public void failAt(PodCheckpointPhase phase, FailureReason reason) {
        change(() -> sourceFailures.put(phase, reason));
    }

    /** The target agent fails in place of reaching this phase. */
    public void failAt(PodRestorePhase phase, FailureReason reason) {
        change(() -> targetFailures.put(phase, reason));
    }

    /** The same for one pod, by its name as the source. */
    public void failAt(String pod, Enum<?> phase, FailureReason reason) {
        change(() -> podFailures.put(pod + " " + phase, reason));
    }

    private @Nullable FailureReason failure(PodCheckpoint object, PodCheckpointPhase phase) {
        return podFailures.getOrDefault(
                object.getSpec().getPodName() + " " + phase, sourceFailures.get(phase));
    }

    private @Nullable FailureReason failure(PodRestore object, PodRestorePhase phase) {
        PodCheckpoint source =
                client.resources(PodCheckpoint.class)
                        .inNamespace(object.getMetadata().getNamespace())
                        .withName(object.getSpec().getCheckpointName())
                        .get();
        String pod = source == null ? "" : source.getSpec().getPodName();
        return podFailures.getOrDefault(pod + " " + phase, targetFailures.get(phase));
    }

    /** The PodCheckpoints of the group, with its own; none if one of them is gone. */
    private List<PodCheckpoint> group(PodCheckpoint object) {
        List<String> names =
                object.getSpec().getGroup() == null
                        ? List.of(object.getMetadata().getName())
                        : object.getSpec().getGroup().getMembers();
        List<PodCheckpoint> found =
                client
                        .resources(PodCheckpoint.class)
                        .inNamespace(object.getMetadata().getNamespace())
                        .list()
                        .getItems()
                        .stream()
                        .filter(one -> names.contains(one.getMetadata().getName()))
                        .toList();
        return found.size() == names.size() ? found : List.of();
    }

    private static boolean hasGivenUp(PodCheckpoint object) {
        return object.getSpec().getGoal() == CheckpointGoal.RollBack
                || (object.getStatus() != null
                        && (object.getStatus().getPhase() == PodCheckpointPhase.RolledBack
                                || object.getStatus().getPhase() == PodCheckpointPhase.Failed));
    }

    /** The agents do not go on to this phase until it is released. */
    public void hold(Enum<?> phase) {
        change(() -> held.add(phase));
    }

    public void release(Enum<?> phase) {
        change(() -> held.remove(phase));
    }

    /** Changes what is found in a container; a JVM with one connection otherwise. */
    public void inside(String container, Consumer<InspectedContainer> change) {
        change(() -> insides.put(container, change));
    }

    public void find(Finding finding) {
        change(() -> findings.add(finding));
    }

    /** A pod that was received before it existed can only be started anew. */
    public void loseMemory() {
        change(() -> memoryLost = true);
    }

    public void silenceSource() {
        change(() -> sourceAway = true);
    }

    public void silenceTarget() {
        change(() -> targetAway = true);
    }

    public void wakeAll() {
        change(
                () -> {
                    sourceAway = false;
                    targetAway = false;
                });
    }

    private synchronized void change(Runnable change) {
        change.run();
        world.wake();
    }

    private synchronized void source(PodCheckpoint object) {
        if (sourceAway) {
            return;
        }
        if (object.isMarkedForDeletion()) {
            unfinalize(object, SOURCE_FINALIZER);
            return;
        }
        finalize(object, SOURCE_FINALIZER);
        PodCheckpointPhase phase =
                Optional.ofNullable(object.getStatus())
                        .map(PodCheckpointStatus::getPhase)
                        .orElse(PodCheckpointPhase.Pending);
        String key = object.getMetadata().getName();
        if (phase == PodCheckpointPhase.Granted) {
            afterGrant(object, key);
            return;
        }
        switch (object.getSpec().getGoal()) {
            case Inspect -> {
                if (phase == PodCheckpointPhase.Pending) {
                    reach(object, PodCheckpointPhase.Inspected, this::inspect);
                }
            }
            case Prepare -> {
                if (phase == PodCheckpointPhase.Inspected) {
                    reach(object, PodCheckpointPhase.Preparing, UnaryOperator.identity());
                } else if (phase == PodCheckpointPhase.Preparing
                        && (peerIs(object, PodRestorePhase.Armed) || peerReceives(object))) {
                    reach(object, PodCheckpointPhase.Prepared, UnaryOperator.identity());
                }
            }
            case Migrate -> migrate(object, phase, key);
            case RollBack -> {
                if (!phase.isFinal()) {
                    reach(object, PodCheckpointPhase.RolledBack, UnaryOperator.identity());
                }
            }
            case Archive -> throw new IllegalStateException("the operator never archives");
        }
    }

    private void migrate(PodCheckpoint object, PodCheckpointPhase phase, String key) {
        List<PodCheckpoint> group = group(object);
        boolean granted = group.stream().anyMatch(this::isGranted);
        if (!granted && (group.isEmpty() || group.stream().anyMatch(FakeAgents::hasGivenUp))) {
            rollBack(object, FailureReason.GroupMemberFailed);
        } else if (phase == PodCheckpointPhase.Prepared) {
            if (!group.stream()
                    .allMatch(one -> one.getSpec().getGoal() == CheckpointGoal.Migrate)) {
                return;
            }
            reach(
                    object,
                    PodCheckpointPhase.Frozen,
                    status -> {
                        Freeze freeze = new Freeze();
                        freeze.setStart(Timestamps.format(Instant.now()));
                        status.setFreeze(freeze);
                        return status;
                    });
        } else if (phase == PodCheckpointPhase.Frozen) {
            if (records.get(key) == Outcome.NEVER_RAN) {
                rollBack(object, FailureReason.StreamBroken);
            } else if (granted || mayAllRun(group)) {
                // All at once: none of them can fail any more.
                group.forEach(
                        one -> records.putIfAbsent(one.getMetadata().getName(), Outcome.GRANTED));
                // Of one whose pod comes later the end is not known here.
                reach(
                        object,
                        PodCheckpointPhase.Granted,
                        peerReceives(object) ? UnaryOperator.identity() : FakeAgents::measured);
            } else {
                FailureReason reason = failure(object, PodCheckpointPhase.Granted);
                if (reason != null) {
                    rollBack(object, reason);
                }
            }
        }
    }

    private boolean mayAllRun(List<PodCheckpoint> group) {
        return !held.contains(PodCheckpointPhase.Granted)
                && group.stream()
                        .allMatch(
                                one ->
                                        failure(one, PodCheckpointPhase.Granted) == null
                                                && (peerIs(one, PodRestorePhase.Restoring)
                                                        || peerReceives(one)));
    }

    private boolean isGranted(PodCheckpoint object) {
        Outcome outcome = records.get(object.getMetadata().getName());
        return outcome == Outcome.GRANTED || outcome == Outcome.RAN;
    }

    private static PodCheckpointStatus measured(PodCheckpointStatus status) {
        status.getFreeze().setEnd(Timestamps.format(Instant.now()));
        status.getFreeze().setMilliseconds(123L);
        ByteCounts bytes = new ByteCounts();
        bytes.setMemory(MEMORY_BYTES);
        bytes.setFiles(4096L);
        status.setBytes(bytes);
        // The real one relays the target's steps, too.
        status.setSteps(
                List.of(
                        Step.of("dump", 60),
                        Step.of("restore", 50),
                        Step.of("resume", 13),
                        Step.of("target restore", 40),
                        Step.of("target resume", 9)));
        return status;
    }

    private void afterGrant(PodCheckpoint object, String key) {
        Pod pod =
                client.pods()
                        .inNamespace(object.getMetadata().getNamespace())
                        .withName(object.getSpec().getPodName())
                        .get();
        boolean gone =
                pod == null
                        || pod.isMarkedForDeletion()
                        || !pod.getMetadata().getUid().equals(object.getSpec().getPodUid());
        if (records.get(key) == Outcome.NEVER_RAN
                && object.getSpec().getGoal() == CheckpointGoal.RollBack) {
            reach(object, PodCheckpointPhase.RolledBack, UnaryOperator.identity());
        } else if (gone) {
            reach(object, PodCheckpointPhase.Released, UnaryOperator.identity());
        }
    }

    private synchronized void target(PodRestore object) {
        if (targetAway) {
            return;
        }
        if (object.isMarkedForDeletion()) {
            unfinalize(object, TARGET_FINALIZER);
            return;
        }
        finalize(object, TARGET_FINALIZER);
        PodRestorePhase phase =
                Optional.ofNullable(object.getStatus())
                        .map(PodRestoreStatus::getPhase)
                        .orElse(PodRestorePhase.Pending);
        if (phase.isFinal()) {
            return;
        }
        String key = object.getSpec().getCheckpointName();
        if (object.getSpec().getGoal() == RestoreGoal.Cancel
                && records.get(key) != Outcome.RAN
                && records.get(key) != Outcome.RECEIVED) {
            records.put(key, Outcome.NEVER_RAN);
            reach(object, PodRestorePhase.Cancelled);
            return;
        }
        switch (phase) {
            case Pending -> reach(object, PodRestorePhase.Accepted);
            case Accepted -> {
                if (object.getSpec().getGoal() == RestoreGoal.Receive) {
                    receive(object, key);
                } else if (isHeldByLauncher(object)) {
                    reach(object, PodRestorePhase.Armed);
                }
            }
            case Granted -> {
                if (object.getSpec().getPodUid() != null && isHeldByLauncher(object)) {
                    run(object, key);
                }
            }
            case Armed -> {
                if (checkpointIs(object, PodCheckpointPhase.Frozen)) {
                    reach(object, PodRestorePhase.Restoring);
                }
            }
            case Restoring -> {
                Outcome outcome = records.get(key);
                if (outcome == Outcome.GRANTED) {
                    run(object, key);
                } else if (checkpointIs(object, PodCheckpointPhase.RolledBack)) {
                    failed(object, FailureReason.GrantRefused);
                }
            }
            case Committed, StartedAnew, Cancelled, Failed -> {}
        }
    }

    private void run(PodRestore object, String key) {
        if (memoryLost) {
            records.put(key, Outcome.RAN);
            ended(object, PodRestorePhase.StartedAnew, FailureReason.RestoreFailed);
        } else {
            reach(object, PodRestorePhase.Committed);
        }
    }

    private void receive(PodRestore object, String key) {
        if (records.get(key) == Outcome.GRANTED) {
            if (!held.contains(PodRestorePhase.Granted)
                    && !targetFailures.containsKey(PodRestorePhase.Granted)) {
                records.put(key, Outcome.RECEIVED);
            }
            reach(object, PodRestorePhase.Granted);
        } else if (checkpointIs(object, PodCheckpointPhase.RolledBack)) {
            failed(object, FailureReason.GrantRefused);
        }
    }

    private boolean peerReceives(PodCheckpoint object) {
        PodRestore peer =
                client.resources(PodRestore.class)
                        .inNamespace(object.getMetadata().getNamespace())
                        .withName(object.getSpec().getPeer().getRestoreName())
                        .get();
        return peer != null
                && peer.getSpec().getGoal() == RestoreGoal.Receive
                && peer.getStatus() != null
                && peer.getStatus().getPhase() == PodRestorePhase.Accepted;
    }

    private boolean isHeldByLauncher(PodRestore object) {
        Pod pod =
                client.pods()
                        .inNamespace(object.getMetadata().getNamespace())
                        .withName(object.getSpec().getPodName())
                        .get();
        return pod != null
                && pod.getMetadata().getUid().equals(object.getSpec().getPodUid())
                && pod.getStatus().getContainerStatuses().stream()
                        .anyMatch(
                                container ->
                                        container.getState().getWaiting() != null
                                                && "ContainerCreating"
                                                        .equals(
                                                                container
                                                                        .getState()
                                                                        .getWaiting()
                                                                        .getReason()));
    }

    private boolean peerIs(PodCheckpoint object, PodRestorePhase phase) {
        PodRestore peer =
                client.resources(PodRestore.class)
                        .inNamespace(object.getMetadata().getNamespace())
                        .withName(object.getSpec().getPeer().getRestoreName())
                        .get();
        return peer != null && peer.getStatus() != null && peer.getStatus().getPhase() == phase;
    }

    private boolean checkpointIs(PodRestore object, PodCheckpointPhase phase) {
        PodCheckpoint peer =
                client.resources(PodCheckpoint.class)
                        .inNamespace(object.getMetadata().getNamespace())
                        .withName(object.getSpec().getCheckpointName())
                        .get();
        return peer != null && peer.getStatus() != null && peer.getStatus().getPhase() == phase;
    }

    private PodCheckpointStatus inspect(PodCheckpointStatus status) {
        List<InspectedContainer> containers = new ArrayList<>();
        for (String name : List.copyOf(containersOf)) {
            InspectedContainer container = new InspectedContainer();
            container.setName(name);
            container.setWorkload("JVM");
            Jvm jvm = new Jvm();
            jvm.setVersion("25.0.3");
            container.setJvm(jvm);
            container.setMemoryBytes(MEMORY_BYTES);
            container.setEstablishedConnections(1);
            insides.getOrDefault(name, _ -> {}).accept(container);
            containers.add(container);
        }
        status.setContainers(containers);
        status.setFindings(List.copyOf(findings));
        return status;
    }

    private final List<String> containersOf = new ArrayList<>();

    private void reach(
            PodCheckpoint object,
            PodCheckpointPhase phase,
            UnaryOperator<PodCheckpointStatus> change) {
        if (held.contains(phase)) {
            return;
        }
        FailureReason reason = failure(object, phase);
        if (reason != null) {
            if (phase == PodCheckpointPhase.Frozen) {
                rollBack(object, reason);
            } else {
                write(
                        object,
                        PodCheckpointPhase.Failed,
                        status -> {
                            status.setFailure(Failure.of(reason, "as the test wants it"));
                            return status;
                        });
            }
            return;
        }
        containersOf.clear();
        Optional.ofNullable(
                        client.pods()
                                .inNamespace(object.getMetadata().getNamespace())
                                .withName(object.getSpec().getPodName())
                                .get())
                .ifPresent(
                        pod ->
                                pod.getSpec()
                                        .getContainers()
                                        .forEach(
                                                container ->
                                                        containersOf.add(container.getName())));
        write(object, phase, change);
    }

    private void rollBack(PodCheckpoint object, FailureReason reason) {
        write(
                object,
                PodCheckpointPhase.RolledBack,
                status -> {
                    status.setFailure(Failure.of(reason, "as the test wants it"));
                    return status;
                });
    }

    private void write(
            PodCheckpoint object,
            PodCheckpointPhase phase,
            UnaryOperator<PodCheckpointStatus> change) {
        client.resource(object)
                .editStatus(
                        found -> {
                            PodCheckpointStatus status =
                                    Optional.ofNullable(found.getStatus())
                                            .orElseGet(PodCheckpointStatus::new);
                            status.setPhase(phase);
                            if (phase == PodCheckpointPhase.Granted
                                    && found.getSpec().isKeepAddresses()) {
                                status.setAddresses(List.of(ADDRESS));
                                status.setReservedAddresses(List.of(ADDRESS));
                            }
                            found.setStatus(change.apply(status));
                            return found;
                        });
    }

    private void reach(PodRestore object, PodRestorePhase phase) {
        if (held.contains(phase)) {
            return;
        }
        FailureReason reason = failure(object, phase);
        if (reason != null) {
            // The record says so before anybody is told.
            records.put(object.getSpec().getCheckpointName(), Outcome.NEVER_RAN);
            failed(object, reason);
            return;
        }
        if (phase == PodRestorePhase.Committed) {
            records.put(object.getSpec().getCheckpointName(), Outcome.RAN);
        }
        client.resource(object)
                .editStatus(
                        found -> {
                            PodRestoreStatus status =
                                    Optional.ofNullable(found.getStatus())
                                            .orElseGet(PodRestoreStatus::new);
                            status.setPhase(phase);
                            if (phase == PodRestorePhase.Committed) {
                                status.setResumedAt(Timestamps.format(Instant.now()));
                                status.setSteps(
                                        List.of(Step.of("restore", 40), Step.of("resume", 9)));
                                if (found.getSpec().getAddress() == RestoreAddress.Keep) {
                                    status.setAddresses(List.of(ADDRESS));
                                }
                            }
                            found.setStatus(status);
                            return found;
                        });
    }

    private void failed(PodRestore object, FailureReason reason) {
        ended(object, PodRestorePhase.Failed, reason);
    }

    private void ended(PodRestore object, PodRestorePhase phase, FailureReason reason) {
        client.resource(object)
                .editStatus(
                        found -> {
                            PodRestoreStatus status =
                                    Optional.ofNullable(found.getStatus())
                                            .orElseGet(PodRestoreStatus::new);
                            status.setPhase(phase);
                            status.setFailure(Failure.of(reason, "as the test wants it"));
                            found.setStatus(status);
                            return found;
                        });
    }

    private <T extends HasMetadata> void finalize(T object, String finalizer) {
        if (!object.getMetadata().getFinalizers().contains(finalizer)) {
            client.resource(object)
                    .edit(
                            found -> {
                                found.addFinalizer(finalizer);
                                return found;
                            });
        }
    }

    private <T extends HasMetadata> void unfinalize(T object, String finalizer) {
        if (object.getMetadata().getFinalizers().contains(finalizer)) {
            try {
                client.resource(object)
                        .edit(
                                found -> {
                                    found.removeFinalizer(finalizer);
                                    return found;
                                });
            } catch (KubernetesClientException e) {
                if (e.getCode() != 404) {
                    throw e;
                }
            }
        }
    }

    @Override
    public void close() {
        world.close();
    }
}
