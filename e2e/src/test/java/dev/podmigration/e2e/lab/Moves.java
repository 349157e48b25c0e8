package dev.podmigration.e2e.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationSpec;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodReference;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Asks for migrations in a playground and waits for what becomes of them. */
public final class Moves {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Playground playground;

    public Moves(Playground playground) {
        this.playground = playground;
    }

    /** Moves a pod and fails unless that succeeds; the answer tells the new pod's name. */
    public PodMigrationStatus succeed(String pod, String node) {
        return succeed(pod, node, spec -> {});
    }

    public PodMigrationStatus succeed(
            String pod, String node, Consumer<PodMigrationSpec> settings) {
        return awaitSuccess(begin(pod, node, settings));
    }

    /** Waits until a migration that was asked for has succeeded, and fails if it does not. */
    public PodMigrationStatus awaitSuccess(String migration) {
        String pod = resource(migration).get().getSpec().getPod().getName();
        PodMigrationStatus status = awaitEnd(migration);
        assertThat(status.getPhase())
                .as("the move of %s: %s", pod, status.getFailure())
                .isEqualTo(PodMigrationPhase.Succeeded);
        assertThat(status.getTarget()).isNotNull();
        playground.awaitReady(targetPod(status));
        if (!targetPod(status).equals(pod)) {
            playground.awaitGone(pod);
        }
        return status;
    }

    /** Asks for a move and fails unless it ends with this reason, said with a remedy. */
    public PodMigrationStatus fail(
            String pod, String node, FailureReason reason, Consumer<PodMigrationSpec> settings) {
        PodMigrationStatus status = awaitEnd(begin(pod, node, settings));
        assertThat(status.getPhase())
                .as("phase of the move of %s to %s: %s", pod, node, status)
                .isIn(PodMigrationPhase.Failed, PodMigrationPhase.RolledBack);
        assertThat(status.getFailure()).isNotNull();
        assertThat(status.getFailure().getReason())
                .as("reason of %s", status.getFailure())
                .isEqualTo(reason);
        assertThat(status.getFailure().getMessage()).isNotBlank();
        assertThat(status.getFailure().getRemedy()).isNotBlank();
        return status;
    }

    /** Asks for a move and returns its name at once. */
    public String begin(String pod, String node, Consumer<PodMigrationSpec> settings) {
        PodMigrationSpec spec = new PodMigrationSpec();
        PodReference reference = new PodReference();
        reference.setName(pod);
        spec.setPod(reference);
        spec.getTarget().setNodeName(node);
        settings.accept(spec);
        PodMigration migration = new PodMigration();
        migration.setMetadata(
                new ObjectMetaBuilder()
                        .withNamespace(playground.namespace())
                        .withName("move-" + COUNT.incrementAndGet())
                        .build());
        migration.setSpec(spec);
        playground.client().resource(migration).create();
        return migration.getMetadata().getName();
    }

    public PodMigrationStatus awaitEnd(String migration) {
        return await(migration, status -> status.getPhase().isFinal());
    }

    public boolean hasEnded(String migration) {
        PodMigration found = resource(migration).get();
        return found != null
                && found.getStatus() != null
                && found.getStatus().getPhase() != null
                && found.getStatus().getPhase().isFinal();
    }

    /** Waits until the migration is at a phase, or after it. */
    public PodMigrationStatus awaitPhase(String migration, PodMigrationPhase phase) {
        return await(
                migration,
                status ->
                        status.getPhase().isFinal()
                                || status.getPhaseTransitions().stream()
                                        .anyMatch(seen -> seen.getPhase() == phase));
    }

    private PodMigrationStatus await(String migration, Predicate<PodMigrationStatus> goal) {
        PodMigration found =
                resource(migration)
                        .waitUntilCondition(
                                seen ->
                                        seen != null
                                                && seen.getStatus() != null
                                                && seen.getStatus().getPhase() != null
                                                && goal.test(seen.getStatus()),
                                LIMIT.toSeconds(),
                                TimeUnit.SECONDS);
        return found.getStatus();
    }

    public void cancel(String migration) {
        // The operator writes at the same time: nothing but this field, whatever the version.
        resource(migration)
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"cancelled\":true}}");
    }

    /** Whether the pod was ever silent; how long it would be is said before. */
    public static boolean wasFrozen(PodMigrationStatus status) {
        return status.getFreeze() != null && status.getFreeze().getStart() != null;
    }

    public static String targetPod(PodMigrationStatus status) {
        return Objects.requireNonNull(
                Objects.requireNonNull(status.getTarget(), "target").getPodName(), "podName");
    }

    private Resource<PodMigration> resource(String name) {
        return playground
                .client()
                .resources(PodMigration.class)
                .inNamespace(playground.namespace())
                .withName(name);
    }
}
