package dev.podmigration.workload.flink.detect;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.Jvm;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A pod that is part of a Flink cluster.
 *
 * <p>The main class of the running process decides, where an agent has seen it; before that, and
 * where it is a wrapper of the user's, the words that the container is started with, if something
 * else says that it is Flink's image; and the labels that Flink and its Kubernetes operator set
 * themselves. Other labels decide nothing: anybody may call a pod a taskmanager.
 *
 * @param deployedBy who makes the TaskManagers of this cluster
 * @param mode empty where it cannot be seen: a TaskManager is the same in both
 * @param clusterId name of the cluster, which for one of the Flink Kubernetes operator is the name
 *     of its FlinkDeployment; empty for clusters that nobody named
 * @param flinkOperator the pod bears the marks of the Flink Kubernetes operator
 * @param container the container in which Flink runs
 * @param evidence what decided, for people
 */
public record FlinkPod(
        FlinkRole role,
        FlinkDeployedBy deployedBy,
        Optional<FlinkMode> mode,
        Optional<String> clusterId,
        boolean flinkOperator,
        String container,
        String evidence) {

    private static final String TYPE = "type";
    private static final String NATIVE = "flink-native-kubernetes";

    /** Only the Flink Kubernetes operator sets it: it is what it calls its own standalone mode. */
    private static final String STANDALONE = "flink-standalone-kubernetes";

    private static final String COMPONENT = "component";
    private static final String CLUSTER = "app";

    /** Set by the Flink Kubernetes operator on JobManagers, in labels or annotations by version. */
    private static final String GENERATION = "flinkdeployment.flink.apache.org/generation";

    private static final String MAIN_CONTAINER = "flink-main-container";
    private static final Set<String> VARIABLES =
            Set.of(
                    "FLINK_PROPERTIES",
                    "JOB_MANAGER_RPC_ADDRESS",
                    "FLINK_TM_JVM_MEM_OPTS",
                    "FLINK_CONF_DIR",
                    "FLINK_SAVEPOINT_DIR");

    /** Empty: not Flink. */
    public static Optional<FlinkPod> of(Pod pod, List<InspectedContainer> inspected) {
        List<Container> containers = pod.getSpec().getContainers();
        return containers.stream()
                .flatMap(container -> byMainClass(pod, container, inspected).stream())
                .findFirst()
                .or(
                        () ->
                                containers.stream()
                                        .filter(container -> !isOtherJava(container, inspected))
                                        .flatMap(container -> byWords(pod, container).stream())
                                        .findFirst())
                .or(() -> byLabels(pod));
    }

    private static Optional<FlinkPod> byMainClass(
            Pod pod, Container container, List<InspectedContainer> inspected) {
        return mainClass(container, inspected)
                .flatMap(
                        name ->
                                EntryPoint.ofMainClass(name)
                                        .map(
                                                entry ->
                                                        of(
                                                                pod,
                                                                entry,
                                                                container,
                                                                "main class " + name)));
    }

    private static Optional<FlinkPod> byWords(Pod pod, Container container) {
        Optional<String> image = looksLikeFlink(pod, container);
        List<String> words =
                Stream.concat(container.getCommand().stream(), container.getArgs().stream())
                        .toList();
        return image.flatMap(
                why ->
                        EntryPoint.ofWords(words)
                                .map(
                                        entry ->
                                                of(
                                                        pod,
                                                        entry,
                                                        container,
                                                        "started as "
                                                                + String.join(" ", words)
                                                                + ", "
                                                                + why)));
    }

    private static Optional<FlinkPod> byLabels(Pod pod) {
        Map<String, String> labels = labels(pod);
        if (flinksOwnType(labels).isEmpty()) {
            return Optional.empty();
        }
        Optional<FlinkRole> role =
                switch (labels.getOrDefault(COMPONENT, "")) {
                    case "jobmanager" -> Optional.of(FlinkRole.JobManager);
                    case "taskmanager" -> Optional.of(FlinkRole.TaskManager);
                    default -> Optional.empty();
                };
        Container container =
                pod.getSpec().getContainers().stream()
                        .filter(one -> one.getName().equals(MAIN_CONTAINER))
                        .findFirst()
                        .orElseGet(() -> pod.getSpec().getContainers().getFirst());
        return role.map(
                found ->
                        of(
                                pod,
                                new EntryPoint(found, Optional.empty(), Optional.empty()),
                                container,
                                "labels " + TYPE + " and " + COMPONENT));
    }

    private static FlinkPod of(Pod pod, EntryPoint entry, Container container, String evidence) {
        Map<String, String> labels = labels(pod);
        Optional<FlinkDeployedBy> labelled = flinksOwnType(labels);
        return new FlinkPod(
                entry.role(),
                labelled.or(entry::deployedBy).orElse(FlinkDeployedBy.Standalone),
                entry.mode(),
                labelled.flatMap(_ -> Optional.ofNullable(labels.get(CLUSTER))),
                STANDALONE.equals(labels.get(TYPE))
                        || labels.containsKey(GENERATION)
                        || annotations(pod).containsKey(GENERATION),
                container.getName(),
                evidence);
    }

    private static Optional<FlinkDeployedBy> flinksOwnType(Map<String, String> labels) {
        return switch (labels.getOrDefault(TYPE, "")) {
            case NATIVE -> Optional.of(FlinkDeployedBy.Native);
            case STANDALONE -> Optional.of(FlinkDeployedBy.Standalone);
            default -> Optional.empty();
        };
    }

    /** The container runs a Java program that is not Flink, whatever its labels say. */
    private static boolean isOtherJava(Container container, List<InspectedContainer> inspected) {
        return mainClass(container, inspected)
                .filter(name -> EntryPoint.ofMainClass(name).isEmpty())
                .isPresent();
    }

    private static Optional<String> mainClass(
            Container container, List<InspectedContainer> inspected) {
        return inspected.stream()
                .filter(one -> container.getName().equals(one.getName()))
                .map(InspectedContainer::getJvm)
                .filter(Objects::nonNull)
                .map(Jvm::getMainClass)
                .filter(Objects::nonNull)
                .findFirst();
    }

    private static Optional<String> looksLikeFlink(Pod pod, Container container) {
        if (flinksOwnType(labels(pod)).isPresent()) {
            return Optional.of("label " + TYPE);
        }
        if (container.getName().equals(MAIN_CONTAINER)) {
            return Optional.of("container " + MAIN_CONTAINER);
        }
        if (repository(container.getImage()).equals("flink")) {
            return Optional.of("image " + container.getImage());
        }
        return container.getEnv().stream()
                .filter(variable -> VARIABLES.contains(variable.getName()))
                .findFirst()
                .map(variable -> "variable " + variable.getName());
    }

    /** {@code flink} of {@code registry.example.com:5000/library/flink:1.20@sha256:...}. */
    private static String repository(@Nullable String image) {
        if (image == null) {
            return "";
        }
        String name = image.substring(image.lastIndexOf('/') + 1);
        List<Integer> ends = new ArrayList<>(List.of(name.length()));
        for (char separator : new char[] {':', '@'}) {
            int end = name.indexOf(separator);
            if (end >= 0) {
                ends.add(end);
            }
        }
        return name.substring(0, ends.stream().min(Integer::compare).orElseThrow());
    }

    private static Map<String, String> labels(Pod pod) {
        return Objects.requireNonNullElse(pod.getMetadata().getLabels(), Map.of());
    }

    private static Map<String, String> annotations(Pod pod) {
        return Objects.requireNonNullElse(pod.getMetadata().getAnnotations(), Map.of());
    }

    /** Why nobody but Flink or its Kubernetes operator may move this pod. */
    public Optional<Failure> objection() {
        if (isNativeTaskManager()) {
            return Optional.of(
                    Failure.of(
                            FailureReason.FlinkNativeTaskManager,
                            "Flink itself has made this TaskManager ("
                                    + evidence
                                    + ") and would delete what takes its place."));
        }
        return flinkOperator ? Optional.of(belongsToFlinkOperator()) : Optional.empty();
    }

    /** The objection against moving a pod behind the back of the Flink Kubernetes operator. */
    public Failure belongsToFlinkOperator() {
        Failure failure =
                Failure.of(
                        FailureReason.OwnerNotSupported,
                        "The Flink Kubernetes operator owns this pod (FlinkDeployment "
                                + clusterId.orElse("not known")
                                + ") and would work against a move behind its back.");
        failure.setRemedy(
                "Use the strategy Savepoint: it moves the job through its FlinkDeployment.");
        return failure;
    }

    /** A TaskManager that Flink itself has made and may delete at any time, by its name. */
    public boolean isNativeTaskManager() {
        return role == FlinkRole.TaskManager && deployedBy == FlinkDeployedBy.Native;
    }
}
