package dev.podmigration.e2e.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** What {@code kubectl get} prints: the table is made by the server. */
@ExtendWith(ApiServerExtension.class)
class PrinterColumnsIT {
    private static final String AS_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";

    private final KubernetesClient client;
    private final String namespace;
    private final Manifests manifests;

    PrinterColumnsIT(ApiServer server) {
        client = server.client();
        namespace = server.newNamespace("columns");
        manifests = new Manifests(client, namespace);
    }

    @Test
    void oneLineTellsTheStoryOfAMigration() throws Exception {
        var migration = manifests.createNamed("PodMigration", "move", "pod: {name: taskmanager-0}");
        manifests.setStatus(
                migration,
                "phase: Succeeded, source: {nodeName: n1}, target: {nodeName: n2},"
                        + " strategy: {chosen: Checkpoint}, freeze: {milliseconds: 412}");
        var line = onlyLine("podmigrations");
        assertThat(line.remove("Age")).isNotNull();
        assertThat(line)
                .containsExactly(
                        Map.entry("Name", "move"),
                        Map.entry("Phase", "Succeeded"),
                        Map.entry("Pod", "taskmanager-0"),
                        Map.entry("From", "n1"),
                        Map.entry("To", "n2"),
                        Map.entry("Strategy", "Checkpoint"),
                        Map.entry("Freeze(ms)", 412));
    }

    @Test
    void oneLineTellsWhatAPolicyAllows() throws Exception {
        manifests.createNamed(
                "MigrationPolicy",
                "careful",
                "strategies: [Checkpoint], limits: {freezeSeconds: 2, totalSeconds: 60},"
                        + " maxParallel: 3");
        var line = onlyLine("migrationpolicies");
        assertThat(line.remove("Age")).isNotNull();
        assertThat(line)
                .containsExactly(
                        Map.entry("Name", "careful"),
                        Map.entry("Strategies", "[\"Checkpoint\"]"),
                        Map.entry("Freeze(s)", 2),
                        Map.entry("Total(s)", 60),
                        Map.entry("Max-Parallel", 3));
    }

    @Test
    void oneLineTellsWhatTheSourceNodeDoes() throws Exception {
        var checkpoint =
                manifests.createNamed(
                        "PodCheckpoint",
                        "move",
                        "podName: a, podUid: u, nodeName: n1, goal: Prepare,"
                                + " peer: {restoreName: r, nodeName: n2, address: 'n2:8443'}");
        manifests.setStatus(checkpoint, "phase: Preparing");
        var line = onlyLine("podcheckpoints");
        assertThat(line.remove("Age")).isNotNull();
        assertThat(line)
                .containsExactly(
                        Map.entry("Name", "move"),
                        Map.entry("Phase", "Preparing"),
                        Map.entry("Goal", "Prepare"),
                        Map.entry("Pod", "a"),
                        Map.entry("Node", "n1"),
                        Map.entry("Peer", "n2"));
    }

    /** The cells that are shown without {@code -o wide}, by column. */
    private Map<String, Object> onlyLine(String plural) throws Exception {
        var table = table(plural);
        List<Map<String, Object>> columns = table.get("columnDefinitions");
        List<Map<String, List<Object>>> rows = table.get("rows");
        assertThat(rows).hasSize(1);
        var cells = rows.getFirst().get("cells");
        var line = new LinkedHashMap<String, Object>();
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).get("priority").equals(0)) {
                line.put((String) columns.get(i).get("name"), cells.get(i));
            }
        }
        return line;
    }

    private GenericKubernetesResource table(String plural)
            throws ExecutionException, InterruptedException {
        var request =
                client.getHttpClient()
                        .newHttpRequestBuilder()
                        .uri(
                                "%sapis/podmigration.dev/v1alpha1/namespaces/%s/%s"
                                        .formatted(client.getMasterUrl(), namespace, plural))
                        .header("Accept", AS_TABLE)
                        .build();
        var body = client.getHttpClient().sendAsync(request, String.class).get().body();
        return Serialization.unmarshal(body, GenericKubernetesResource.class);
    }
}
