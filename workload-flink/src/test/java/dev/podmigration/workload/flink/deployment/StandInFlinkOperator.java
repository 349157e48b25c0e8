package dev.podmigration.workload.flink.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * In the place of the Flink Kubernetes operator, which is not to be had as a package: it does with
 * a FlinkDeployment of the real API server what that one does, as far as a move can see it. A
 * change of the specification is an upgrade: stop with a savepoint, delete the pods, make new ones
 * where the template says that they may run, and start the job. Each call of {@link #reconcile} is
 * one round.
 */
final class StandInFlinkOperator {

    static final String API_VERSION = "flink.apache.org/v1beta1";
    static final String KIND = "FlinkDeployment";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final List<String> NODES = List.of("node-a", "node-b", "node-c");

    private final KubernetesClient client;
    private final String namespace;
    private final String name;
    private final AtomicInteger serial = new AtomicInteger();

    /** How each upgrade was done: its mode, and the nodes on which TaskManagers may run. */
    final List<String> upgrades = new ArrayList<>();

    /** What upgrades fail with. */
    @Nullable String failUpgrade;

    /** Upgrades are seen and never end. */
    boolean hangs;

    StandInFlinkOperator(KubernetesClient client, String namespace, String name) {
        this.client = client;
        this.namespace = namespace;
        this.name = name;
    }

    /** One round: from one state to the next. */
    void reconcile() {
        GenericKubernetesResource object = get();
        JsonNode tree = MAPPER.valueToTree(object);
        long generation = object.getMetadata().getGeneration();
        JsonNode status = tree.path("status");
        boolean seen = status.path("observedGeneration").asLong(0) == generation;
        String state = status.path("lifecycleState").asText("");
        if (!seen) {
            if (state.isEmpty()) {
                startPods(tree);
                report(generation, "DEPLOYED", "CREATED", "");
            } else {
                upgrades.add(
                        tree.path("spec").path("job").path("upgradeMode").asText()
                                + " "
                                + allowed(tree, "taskManager"));
                report(generation, "UPGRADING", "FINISHED", "");
            }
        } else if (hangs) {
            return;
        } else if (state.equals("UPGRADING")) {
            if (failUpgrade != null) {
                report(generation, "FAILED", "FAILED", failUpgrade);
                return;
            }
            pods().forEach(pod -> client.resource(pod).withGracePeriod(0).delete());
            startPods(tree);
            report(generation, "DEPLOYED", "RECONCILING", "");
        } else if (state.equals("DEPLOYED")) {
            report(generation, "STABLE", "RUNNING", "");
        }
    }

    GenericKubernetesResource get() {
        return client.genericKubernetesResources(API_VERSION, KIND)
                .inNamespace(namespace)
                .withName(name)
                .get();
    }

    List<Pod> pods() {
        return client.pods().inNamespace(namespace).withLabel("app", name).list().getItems();
    }

    Pod taskManager() {
        return client.pods()
                .inNamespace(namespace)
                .withLabels(Map.of("app", name, "component", "taskmanager"))
                .list()
                .getItems()
                .getFirst();
    }

    private void startPods(JsonNode tree) {
        for (String role : List.of("jobManager", "taskManager")) {
            String podName =
                    name
                            + "-"
                            + role.toLowerCase(java.util.Locale.ROOT)
                            + "-"
                            + serial.incrementAndGet();
            Pod pod =
                    client.pods()
                            .inNamespace(namespace)
                            .resource(pod(podName, role, allowed(tree, role).getFirst()))
                            .create();
            pod.getStatus().setPhase("Running");
            pod.getStatus().setPodIP("10.1.0." + serial.get());
            client.resource(pod).updateStatus();
        }
    }

    private Pod pod(String podName, String role, String node) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(podName)
                .withLabels(
                        Map.of(
                                "type",
                                "flink-native-kubernetes",
                                "app",
                                name,
                                "component",
                                role.toLowerCase(java.util.Locale.ROOT)))
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .addNewContainer()
                .withName("flink-main-container")
                .withImage("flink:2.3.0")
                .endContainer()
                .endSpec()
                .build();
    }

    /** The nodes that the template of a role allows; that of the role hides that of both. */
    private static List<String> allowed(JsonNode tree, String role) {
        JsonNode own = tree.path("spec").path(role).path("podTemplate").path("spec");
        JsonNode both = tree.path("spec").path("podTemplate").path("spec");
        JsonNode affinity =
                (own.path("affinity").isObject() ? own : both)
                        .path("affinity")
                        .path("nodeAffinity");
        JsonNode terms =
                affinity.path("requiredDuringSchedulingIgnoredDuringExecution")
                        .path("nodeSelectorTerms");
        return NODES.stream().filter(node -> isAllowed(terms, node)).toList();
    }

    private static boolean isAllowed(JsonNode terms, String node) {
        boolean any = terms.isEmpty();
        for (JsonNode term : terms) {
            boolean all = true;
            for (JsonNode field : term.path("matchFields")) {
                boolean named = field.path("values").toString().contains('"' + node + '"');
                all &= named == field.path("operator").asText().equals("In");
            }
            any |= all;
        }
        return any;
    }

    private void report(long generation, String lifecycle, String job, String error) {
        GenericKubernetesResource object = get();
        ObjectNode status = MAPPER.createObjectNode();
        status.put("observedGeneration", generation);
        status.put("lifecycleState", lifecycle);
        status.put("jobManagerDeploymentStatus", "READY");
        status.putObject("jobStatus").put("state", job);
        if (!error.isEmpty()) {
            status.put("error", error);
        }
        object.setAdditionalProperty("status", MAPPER.convertValue(status, Map.class));
        client.genericKubernetesResources(API_VERSION, KIND)
                .inNamespace(namespace)
                .resource(Serialization.clone(object))
                .updateStatus();
    }
}
