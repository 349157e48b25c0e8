package dev.podmigration.agent.reconcile;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointStatus;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestoreStatus;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The only writer of PodCheckpoint and PodRestore statuses. Nothing is written when nothing
 * changed. Thread-safe.
 */
final class StatusWriter {

    private static final Logger LOG = LoggerFactory.getLogger(StatusWriter.class);
    private static final int CONFLICT_ATTEMPTS = 10;
    private static final String READY = "Ready";

    private final KubernetesClient client;

    StatusWriter(KubernetesClient client) {
        this.client = client;
    }

    void update(PodCheckpoint object, Consumer<PodCheckpointStatus> change) {
        Resource<PodCheckpoint> resource =
                client.resources(PodCheckpoint.class)
                        .inNamespace(object.getMetadata().getNamespace())
                        .withName(object.getMetadata().getName());
        edit(
                resource,
                object.getMetadata().getUid(),
                found -> {
                    PodCheckpointStatus status =
                            Optional.ofNullable(found.getStatus())
                                    .orElseGet(PodCheckpointStatus::new);
                    change.accept(status);
                    status.setObservedGeneration(found.getMetadata().getGeneration());
                    String phase = String.valueOf(status.getPhase());
                    status.setConditions(
                            conditions(
                                    status.getConditions(),
                                    found,
                                    phase,
                                    status.getPhase().isFinal(),
                                    status.getFailure()));
                    found.setStatus(status);
                });
    }

    void update(PodRestore object, Consumer<PodRestoreStatus> change) {
        Resource<PodRestore> resource =
                client.resources(PodRestore.class)
                        .inNamespace(object.getMetadata().getNamespace())
                        .withName(object.getMetadata().getName());
        edit(
                resource,
                object.getMetadata().getUid(),
                found -> {
                    PodRestoreStatus status =
                            Optional.ofNullable(found.getStatus()).orElseGet(PodRestoreStatus::new);
                    change.accept(status);
                    status.setObservedGeneration(found.getMetadata().getGeneration());
                    String phase = String.valueOf(status.getPhase());
                    status.setConditions(
                            conditions(
                                    status.getConditions(),
                                    found,
                                    phase,
                                    status.getPhase().isFinal(),
                                    status.getFailure()));
                    found.setStatus(status);
                });
    }

    static Failure failure(AgentFailure seen) {
        Failure failure = new Failure();
        failure.setReason(seen.reason());
        failure.setMessage(seen.getMessage());
        failure.setRemedy(seen.remedy());
        failure.setRetryable(seen.reason().isRetryable());
        failure.setLog(new ArrayList<>(seen.log()));
        return failure;
    }

    /**
     * Replaces the status of what is there now. The spec may change meanwhile, which makes the
     * server refuse with a conflict: then once more with the newer object.
     */
    private <T extends HasMetadata> void edit(
            Resource<T> resource, String uid, Consumer<T> change) {
        for (int attempt = 1; ; attempt++) {
            T found = resource.get();
            if (found == null || !uid.equals(found.getMetadata().getUid())) {
                LOG.info("{} was deleted before its status was written", uid);
                return;
            }
            change.accept(found);
            try {
                client.resource(found).updateStatus();
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT
                        || attempt == CONFLICT_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** kstatus: Ready always; Stalled only while true. */
    private static List<Condition> conditions(
            List<Condition> before,
            HasMetadata object,
            String phase,
            boolean isFinal,
            @Nullable Failure failure) {
        List<Condition> conditions = new ArrayList<>();
        long generation = object.getMetadata().getGeneration();
        if (failure == null) {
            conditions.add(
                    condition(before, READY, isFinal ? "True" : "False", phase, phase, generation));
        } else {
            String reason = failure.getReason().name();
            conditions.add(
                    condition(before, READY, "False", reason, failure.getMessage(), generation));
            conditions.add(
                    condition(before, "Stalled", "True", reason, failure.getMessage(), generation));
        }
        return conditions;
    }

    private static Condition condition(
            List<Condition> before,
            String type,
            String value,
            String reason,
            String message,
            long generation) {
        String since =
                before.stream()
                        .filter(old -> old.getType().equals(type) && old.getStatus().equals(value))
                        .map(Condition::getLastTransitionTime)
                        .findFirst()
                        .orElseGet(() -> Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        return new ConditionBuilder()
                .withType(type)
                .withStatus(value)
                .withReason(reason)
                .withMessage(message)
                .withObservedGeneration(generation)
                .withLastTransitionTime(since)
                .build();
    }
}
