package dev.podmigration.workload.flink.strategy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.Move;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.Step;
import dev.podmigration.workload.flink.detect.FlinkDeployedBy;
import dev.podmigration.workload.flink.detect.FlinkDetector;
import dev.podmigration.workload.flink.detect.FlinkPod;
import dev.podmigration.workload.flink.detect.FlinkRole;
import dev.podmigration.workload.flink.endpoint.NamespacePods;
import dev.podmigration.workload.flink.rest.FlinkFailure;

import io.fabric8.kubernetes.api.model.Pod;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Moves a job of the Flink Kubernetes operator by telling its FlinkDeployment where pods of the
 * role may run, and to start the job anew from a savepoint. Pods are made and deleted by their
 * owners alone.
 */
public final class FlinkThroughDeployment implements MigrationStrategy {

    /** What the specification was before, for {@link #undo}. */
    private static final String BEFORE = "deployment.before";

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Override
    public String name() {
        return "flink-deployment";
    }

    @Override
    public Strategy rung() {
        return Strategy.Savepoint;
    }

    /** Before the one for standalone clusters. */
    @Override
    public int priority() {
        return 200;
    }

    @Override
    public boolean appliesTo(Move move) {
        return move.detected(FlinkDetector.NAME).isPresent()
                && FlinkCluster.flink(move)
                        .filter(
                                flink ->
                                        flink.flinkOperator()
                                                || (flink.clusterId().isPresent()
                                                        && flink.deployedBy()
                                                                == FlinkDeployedBy.Native))
                        .isPresent();
    }

    @Override
    public boolean replacesPod() {
        return false;
    }

    /** Stop with a savepoint, new pods, and a job that starts. */
    @Override
    public Duration limit(StrategyStage stage) {
        return stage == StrategyStage.Move ? Duration.ofMinutes(10) : Duration.ofMinutes(3);
    }

    @Override
    public Assessment assess(Move move, Namespace namespace) {
        return Asking.assess(
                () -> {
                    FlinkPod flink = flink(move);
                    FlinkDeployment deployment = FlinkDeployment.find(flink, namespace);
                    checkReady(deployment);
                    return Assessment.possible()
                            .withFindings(
                                    List.of(
                                            Finding.passed(
                                                    "FlinkDeployment",
                                                    deployment.words()
                                                            + ". All of its "
                                                            + flink.role()
                                                            + "s move, and the job starts anew"
                                                            + " from a savepoint.")));
                });
    }

    @Override
    public Progress move(Step step) {
        return Asking.step(
                step,
                () -> {
                    FlinkPod flink = flink(step.move());
                    FlinkDeployment deployment = FlinkDeployment.find(flink, step.namespace());
                    return step.memory().containsKey(BEFORE)
                            ? carriedOut(step, flink, deployment)
                            : begin(step, flink, deployment);
                });
    }

    /** First what was there is remembered, and only then is it changed. */
    private static Progress begin(Step step, FlinkPod flink, FlinkDeployment deployment)
            throws FlinkFailure {
        checkReady(deployment);
        return Progress.waitFor(
                "FlinkDeployment " + deployment.name() + " to be changed",
                Duration.ZERO,
                Memory.of(step.memory()).with(BEFORE, before(flink, deployment)).values());
    }

    private static Progress carriedOut(Step step, FlinkPod flink, FlinkDeployment deployment)
            throws FlinkFailure {
        long nonce = nonce(step);
        if (deployment.spec().path("restartNonce").asLong() != nonce) {
            step.namespace()
                    .patch(
                            Ownership.API_VERSION,
                            Ownership.FLINK_DEPLOYMENT,
                            deployment.name(),
                            change(step, flink, deployment, nonce));
            return waiting(step, deployment);
        }
        if (deployment.hasFailed()) {
            throw new FlinkFailure(
                    FailureReason.FlinkDeploymentNotStable, deployment.words() + ".");
        }
        if (!deployment.isStable()) {
            return waiting(step, deployment);
        }
        Optional<Pod> moved = movedPod(step, flink);
        return moved.isPresent()
                ? new Progress.MovedByOwner(step.memory(), moved.get().getMetadata().getName())
                : waiting(step, deployment);
    }

    private static Progress waiting(Step step, FlinkDeployment deployment) throws FlinkFailure {
        if (Asking.isLate(step)) {
            throw new FlinkFailure(
                    FailureReason.FlinkDeploymentNotStable,
                    deployment.words() + ", and has not carried out the move in time.");
        }
        return Progress.waitFor(deployment.words(), POLL, step.memory());
    }

    @Override
    public Progress afterMove(Step step) {
        return Asking.step(
                step,
                () -> {
                    FlinkDeployment deployment =
                            FlinkDeployment.find(flink(step.move()), step.namespace());
                    return deployment.isStable()
                            ? Progress.done(step.memory())
                            : waiting(step, deployment);
                });
    }

    /** The specification as it was; the Flink operator then starts the job once more. */
    @Override
    public Progress undo(Step step) {
        return Asking.step(
                step,
                () -> {
                    FlinkPod flink = flink(step.move());
                    FlinkDeployment deployment = FlinkDeployment.find(flink, step.namespace());
                    String before = step.memory().get(BEFORE);
                    if (before == null
                            || deployment.spec().path("restartNonce").asLong() != nonce(step)) {
                        return Progress.done(step.memory());
                    }
                    step.namespace()
                            .patch(
                                    Ownership.API_VERSION,
                                    Ownership.FLINK_DEPLOYMENT,
                                    deployment.name(),
                                    map(parse(before)));
                    return Progress.done(step.memory());
                });
    }

    private static void checkReady(FlinkDeployment deployment) throws FlinkFailure {
        if (deployment.isSuspended()) {
            throw new FlinkFailure(
                    FailureReason.FlinkDeploymentSuspended,
                    "FlinkDeployment " + deployment.name() + " is suspended.");
        }
        if (deployment.hasNoJob()) {
            throw new FlinkFailure(
                    FailureReason.FlinkSeveralJobs,
                    "FlinkDeployment "
                            + deployment.name()
                            + " is a session cluster: its jobs are objects of their own.");
        }
        if (!deployment.isStable()) {
            throw new FlinkFailure(
                    FailureReason.FlinkDeploymentNotStable, deployment.words() + ".");
        }
    }

    /** The same for every call of one migration: so a change is made once. */
    private static long nonce(Step step) {
        String uid = step.move().migration().getMetadata().getUid();
        return Integer.toUnsignedLong(uid.hashCode()) + 1;
    }

    private static Map<String, Object> change(
            Step step, FlinkPod flink, FlinkDeployment deployment, long nonce) {
        ObjectNode spec = MAPPER.createObjectNode();
        spec.put("restartNonce", nonce);
        spec.putObject("job").put("upgradeMode", "savepoint");
        JsonNode affinity =
                deployment
                        .spec()
                        .path(template(flink))
                        .path("podTemplate")
                        .path("spec")
                        .path("affinity");
        if (affinity.isMissingNode()) {
            // One for both roles may say where pods run; that of a role would hide it.
            affinity = deployment.spec().path("podTemplate").path("spec").path("affinity");
        }
        spec.putObject(template(flink))
                .putObject("podTemplate")
                .putObject("spec")
                .set("affinity", choice(step, affinity));
        ObjectNode change = MAPPER.createObjectNode();
        change.set("spec", spec);
        return map(change);
    }

    /** Where the user wants it; else anywhere but here, so that a drained node stays empty. */
    private static ObjectNode choice(Step step, JsonNode affinity) {
        String wanted = step.move().migration().getSpec().getTarget().getNodeName();
        return wanted == null
                ? NodeChoice.notOn(sourceNode(step), affinity)
                : NodeChoice.on(wanted, affinity);
    }

    private static String before(FlinkPod flink, FlinkDeployment deployment) {
        ObjectNode spec = MAPPER.createObjectNode();
        spec.set("restartNonce", orNull(deployment.spec().path("restartNonce")));
        spec.putObject("job").put("upgradeMode", deployment.upgradeMode());
        JsonNode role = deployment.spec().path(template(flink));
        JsonNode affinity = role.path("podTemplate").path("spec").path("affinity");
        if (role.path("podTemplate").isMissingNode()) {
            spec.putObject(template(flink)).putNull("podTemplate");
        } else {
            spec.putObject(template(flink))
                    .putObject("podTemplate")
                    .putObject("spec")
                    .set("affinity", orNull(affinity));
        }
        ObjectNode change = MAPPER.createObjectNode();
        change.set("spec", spec);
        return change.toString();
    }

    private static JsonNode orNull(JsonNode node) {
        return node.isMissingNode() ? MAPPER.nullNode() : node;
    }

    private static String template(FlinkPod flink) {
        return flink.role() == FlinkRole.JobManager ? "jobManager" : "taskManager";
    }

    /** A pod of the same role that runs elsewhere and is not the source. */
    private static Optional<Pod> movedPod(Step step, FlinkPod flink) {
        String source = sourceNode(step);
        return new NamespacePods(step.namespace())
                        .pods(
                                Map.of(
                                        "app",
                                        flink.clusterId().orElseThrow(),
                                        "component",
                                        flink.role() == FlinkRole.JobManager
                                                ? "jobmanager"
                                                : "taskmanager"))
                        .stream()
                        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                        .filter(
                                pod ->
                                        pod.getStatus() != null
                                                && "Running".equals(pod.getStatus().getPhase()))
                        .filter(pod -> !Objects.equals(pod.getSpec().getNodeName(), source))
                        .findFirst();
    }

    private static String sourceNode(Step step) {
        return step.move()
                .pod()
                .source()
                .map(pod -> pod.getSpec().getNodeName())
                .orElseGet(
                        () ->
                                Objects.requireNonNull(
                                                step.move().migration().getStatus().getSource())
                                        .getNodeName());
    }

    private static FlinkPod flink(Move move) throws FlinkFailure {
        return FlinkCluster.flink(move)
                .orElseThrow(
                        () ->
                                new FlinkFailure(
                                        FailureReason.WorkloadNotMovable,
                                        "The pod is not one of Flink any more."));
    }

    private static JsonNode parse(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (com.fasterxml.jackson.core.JsonProcessingException ownWords) {
            throw new IllegalStateException(ownWords);
        }
    }

    private static Map<String, Object> map(JsonNode tree) {
        return MAPPER.convertValue(tree, new TypeReference<Map<String, Object>>() {});
    }
}
