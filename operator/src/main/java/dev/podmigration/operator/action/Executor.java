package dev.podmigration.operator.action;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.operator.observe.Marks;

import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.HttpURLConnection;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The one place that changes the cluster. What is changed was seen in a cache that may be old, so
 * every call names the uid it means, and finding the work done already, or the object gone, is no
 * error.
 */
public final class Executor {

    private static final Logger LOG = LoggerFactory.getLogger(Executor.class);

    /** 422: the object is against the schema or against a rule. */
    private static final int UNPROCESSABLE = 422;

    private static final String CREATE = "to create";

    private final KubernetesClient client;
    private final Clock clock;
    private final StrategyRunner strategies;

    public Executor(KubernetesClient client, Clock clock, StrategyRunner strategies) {
        this.client = client;
        this.clock = clock;
        this.strategies = strategies;
    }

    /**
     * Carries out one action.
     *
     * @throws RefusedException if the API server will not have it, now or later
     */
    public void execute(Action action) throws RefusedException {
        switch (action) {
            case Action.CreateMember create -> create(create.member());
            case Action.CreateCheckpoint create -> create(create.checkpoint());
            case Action.CreateRestore create -> create(create.restore());
            case Action.CreatePod create -> create(create.pod());
            case Action.Prepare prepare ->
                    patch(
                            prepare.checkpoint(),
                            Map.of(
                                    "spec",
                                    Map.of(
                                            "goal", CheckpointGoal.Prepare,
                                            "peer", prepare.peer(),
                                            "options", prepare.options(),
                                            "keepAddresses", prepare.keepAddresses(),
                                            "limits",
                                                    Map.of(
                                                            "freezeSeconds",
                                                            prepare.freezeSeconds()))));
            case Action.SetGoal set ->
                    patch(set.checkpoint(), Map.of("spec", Map.of("goal", set.goal())));
            case Action.Cancel cancel ->
                    patch(cancel.restore(), Map.of("spec", Map.of("goal", RestoreGoal.Cancel)));
            case Action.Delete delete -> delete(delete.object(), null);
            case Action.DeletePod delete -> delete(delete.pod(), delete.graceSeconds());
            case Action.RehearsePod rehearse -> rehearse(rehearse.pod());
            case Action.Bind bind -> patch(bind.restore(), binding(bind));
            case Action.FreeName free -> delete(free.source(), 0L);
            case Action.MarkPod mark -> patch(mark.pod(), marks(mark));
            case Action.MarkNotReady mark -> markNotReady(mark);
            case Action.GiveTo give -> patch(give.object(), owner(give.owner()));
            case Action.AssessStrategy assess -> strategies.assess(assess);
            case Action.StepStrategy step -> strategies.step(step);
            case Action.InterruptStrategy interrupt -> strategies.interrupt(interrupt);
        }
    }

    private void create(HasMetadata object) throws RefusedException {
        try {
            client.resource(object).create();
            LOG.info("Created {}", describe(object));
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                requireOurs(object, e);
            } else {
                throw refusal(CREATE, object, e);
            }
        }
    }

    private void rehearse(Pod pod) throws RefusedException {
        try {
            client.resource(pod).dryRun().create();
        } catch (KubernetesClientException e) {
            throw refusal(CREATE, pod, e);
        }
    }

    /** Unless it is one that may pass. */
    private static RefusedException refusal(
            String what, HasMetadata object, KubernetesClientException e) {
        return switch (e.getCode()) {
            case HttpURLConnection.HTTP_BAD_REQUEST,
                    HttpURLConnection.HTTP_FORBIDDEN,
                    UNPROCESSABLE ->
                    new RefusedException(
                            Failure.of(
                                    object instanceof Pod && CREATE.equals(what)
                                            ? FailureReason.TargetUnschedulable
                                            : FailureReason.ChangeRefused,
                                    "The API server refuses "
                                            + what
                                            + " "
                                            + describe(object)
                                            + ": "
                                            + reason(e)),
                            e);
            default -> throw e;
        };
    }

    private void requireOurs(HasMetadata wanted, KubernetesClientException conflict)
            throws RefusedException {
        HasMetadata found = client.resource(wanted).get();
        if (found == null) {
            throw conflict;
        }
        String uid = found.getMetadata().getAnnotations().get(Marks.MIGRATION_UID);
        if (!Objects.equals(uid, wanted.getMetadata().getAnnotations().get(Marks.MIGRATION_UID))) {
            throw new RefusedException(
                    Failure.of(
                            FailureReason.InternalError,
                            "There is "
                                    + describe(wanted)
                                    + " already, and it is not of this migration."),
                    conflict);
        }
    }

    private void delete(HasMetadata object, @Nullable Long graceSeconds) throws RefusedException {
        String uid = object.getMetadata().getUid();
        try {
            client.raw(
                    path(object),
                    "DELETE",
                    new DeleteOptionsBuilder()
                            .withGracePeriodSeconds(graceSeconds)
                            .withNewPreconditions()
                            .withUid(uid)
                            .endPreconditions()
                            .build());
            LOG.info("Deleted {}", describe(object));
        } catch (KubernetesClientException e) {
            // 409: another object has the name now, so this one is gone.
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND
                    && e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw refusal("to delete", object, e);
            }
        }
    }

    /** A merge patch that fails if the name belongs to another object by now. */
    private void patch(HasMetadata object, Map<String, Object> change) throws RefusedException {
        Map<String, Object> patch = new LinkedHashMap<>(change);
        Map<String, Object> metadata = new LinkedHashMap<>();
        if (change.get("metadata") instanceof Map<?, ?> given) {
            given.forEach((key, value) -> metadata.put((String) key, value));
        }
        metadata.put("uid", object.getMetadata().getUid());
        patch.put("metadata", metadata);
        try {
            client.resource(object)
                    .patch(PatchContext.of(PatchType.JSON_MERGE), Serialization.asJson(patch));
            LOG.info("Changed {}: {}", describe(object), Serialization.asJson(change));
        } catch (KubernetesClientException e) {
            requireGone(object, e);
        }
    }

    /**
     * A change that failed because its object is gone is no error.
     *
     * @throws RefusedException if the API server will not have the change of this very object
     * @throws KubernetesClientException if it was meant for what the object no longer is, or if the
     *     error may pass: the next look knows better
     */
    private void requireGone(HasMetadata object, KubernetesClientException e)
            throws RefusedException {
        if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
            return;
        }
        RefusedException refusal = refusal("to change", object, e);
        if (e.getCode() == UNPROCESSABLE) {
            HasMetadata found = client.resource(object).get();
            if (found == null
                    || !Objects.equals(
                            found.getMetadata().getUid(), object.getMetadata().getUid())) {
                return;
            }
            if (!Objects.equals(
                    found.getMetadata().getResourceVersion(),
                    object.getMetadata().getResourceVersion())) {
                throw e;
            }
        }
        throw refusal;
    }

    private static Map<String, Object> marks(Action.MarkPod mark) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("labels", mark.labels());
        metadata.put("annotations", mark.annotations());
        if (mark.owners() != null) {
            metadata.put("ownerReferences", mark.owners());
            // A list is replaced as a whole: not over somebody else's change.
            metadata.put("resourceVersion", mark.pod().getMetadata().getResourceVersion());
        }
        return Map.of("metadata", metadata);
    }

    /** A wish to cancel that came too late cannot be taken back, and is not obeyed any more. */
    private static Map<String, Object> binding(Action.Bind bind) {
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("podUid", bind.pod().getMetadata().getUid());
        if (bind.restore().getSpec().getGoal() == RestoreGoal.Receive) {
            spec.put("goal", RestoreGoal.Restore);
        }
        return Map.of("spec", spec);
    }

    private static Map<String, Object> owner(HasMetadata owner) {
        return Map.of(
                "metadata",
                Map.of(
                        "ownerReferences",
                        List.of(
                                new OwnerReferenceBuilder()
                                        .withApiVersion(owner.getApiVersion())
                                        .withKind(owner.getKind())
                                        .withName(owner.getMetadata().getName())
                                        .withUid(owner.getMetadata().getUid())
                                        .build())));
    }

    private void markNotReady(Action.MarkNotReady mark) throws RefusedException {
        String now = clock.instant().toString();
        List<Map<String, String>> conditions = new ArrayList<>();
        for (String type : List.of("Ready", "ContainersReady")) {
            conditions.add(
                    Map.of(
                            "type",
                            type,
                            "status",
                            "False",
                            "reason",
                            "Migrated",
                            "message",
                            mark.message(),
                            "lastTransitionTime",
                            now));
        }
        try {
            client.pods()
                    .inNamespace(mark.pod().getMetadata().getNamespace())
                    .withName(mark.pod().getMetadata().getName())
                    .subresource("status")
                    .patch(
                            PatchContext.of(PatchType.STRATEGIC_MERGE),
                            Serialization.asJson(
                                    Map.of(
                                            "metadata",
                                            Map.of("uid", mark.pod().getMetadata().getUid()),
                                            "status",
                                            Map.of("conditions", conditions))));
        } catch (KubernetesClientException e) {
            requireGone(mark.pod(), e);
        }
    }

    private static String path(HasMetadata object) {
        String version = object.getApiVersion();
        return (version.contains("/") ? "/apis/" : "/api/")
                + version
                + "/namespaces/"
                + object.getMetadata().getNamespace()
                + "/"
                + object.getPlural()
                + "/"
                + object.getMetadata().getName();
    }

    private static String describe(HasMetadata object) {
        return object.getKind()
                + " "
                + object.getMetadata().getNamespace()
                + "/"
                + object.getMetadata().getName();
    }

    private static String reason(KubernetesClientException e) {
        return e.getStatus() != null && e.getStatus().getMessage() != null
                ? e.getStatus().getMessage()
                : String.valueOf(e.getMessage());
    }
}
