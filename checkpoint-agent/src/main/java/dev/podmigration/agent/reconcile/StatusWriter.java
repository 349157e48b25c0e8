package dev.podmigration.agent.reconcile;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.HalfPhase;
import dev.podmigration.api.v1alpha1.HalfStatus;
import dev.podmigration.fault.FaultPoints;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.cache.Cache;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The only writer of the statuses of one kind. Nothing is written when nothing changed.
 * Thread-safe.
 */
final class StatusWriter<T extends CustomResource<?, S>, S extends HalfStatus> {

    private static final Logger LOG = LoggerFactory.getLogger(StatusWriter.class);
    private static final int CONFLICT_ATTEMPTS = 10;
    private static final String READY = "Ready";

    private final KubernetesClient client;
    private final Class<T> type;
    private final Consumer<S> ended;

    /**
     * @param ended told of the status that ends an object, once it is written
     */
    StatusWriter(KubernetesClient client, Class<T> type, Consumer<S> ended) {
        this.client = client;
        this.type = type;
        this.ended = ended;
    }

    /**
     * Changes the status of what is there now. The spec may change meanwhile, which makes the
     * server refuse with a conflict: then once more with the newer object.
     */
    void update(T object, Consumer<S> change) {
        Resource<T> resource =
                client.resources(type)
                        .inNamespace(object.getMetadata().getNamespace())
                        .withName(object.getMetadata().getName());
        String uid = object.getMetadata().getUid();
        for (int attempt = 1; ; attempt++) {
            T found = resource.get();
            if (found == null || !uid.equals(found.getMetadata().getUid())) {
                LOG.info(
                        "{} {} was deleted before its status was written",
                        object.getKind(),
                        Cache.metaNamespaceKeyFunc(object));
                return;
            }
            boolean wasFinal = isFinal(found.getStatus());
            String before = client.getKubernetesSerialization().asJson(found.getStatus());
            change(found, change);
            if (client.getKubernetesSerialization().asJson(found.getStatus()).equals(before)) {
                return;
            }
            try {
                FaultPoints.reach(found.getKind() + " becomes", found.getStatus().getPhase());
                client.resource(found).updateStatus();
                FaultPoints.reach(found.getKind() + " is", found.getStatus().getPhase());
                if (!wasFinal && isFinal(found.getStatus())) {
                    ended.accept(found.getStatus());
                }
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT
                        || attempt == CONFLICT_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private boolean isFinal(S status) {
        HalfPhase phase = status.getPhase();
        return phase != null && phase.isFinal();
    }

    private void change(T found, Consumer<S> change) {
        S status = found.getStatus();
        change.accept(status);
        status.setObservedGeneration(found.getMetadata().getGeneration());
        status.setConditions(conditions(status, found.getMetadata().getGeneration()));
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

    /** kstatus: Ready always; Stalled only while true. */
    private List<Condition> conditions(S status, long generation) {
        List<Condition> before = status.getConditions();
        Failure failure = status.getFailure();
        HalfPhase phase = Objects.requireNonNull(status.getPhase(), "a status has a phase");
        if (failure == null) {
            return List.of(
                    condition(
                            before,
                            READY,
                            phase.isFinal() ? "True" : "False",
                            phase.toString(),
                            phase.toString(),
                            generation));
        }
        String reason = failure.getReason().name();
        return List.of(
                condition(before, READY, "False", reason, failure.getMessage(), generation),
                condition(before, "Stalled", "True", reason, failure.getMessage(), generation));
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
