package dev.podmigration.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.marcnuri.helm.LintResult;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

class ChartTest {
    private final Chart chart = Chart.ofThisProject();

    @Test
    void helmFindsNothingToComplainAbout() {
        LintResult result = chart.lint();
        assertThat(result.isFailed()).as(String.join("\n", result.getMessages())).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "agent.prot, 9000, prot",
        "agent.port, 80, port",
        "agent.port, nine, port",
        "agent.updateStrategy.rollingUpdate.maxSurge, 1, maxSurge",
        "agent.resources.limit.memory, 1Gi, limit",
        "image.registry, '', registry",
        "image.registry, registry.example.com/, registry",
        "image.agentDigest, sha256:abc, agentDigest",
        "image.pullPolicy, Sometimes, pullPolicy",
        "operator.replicas, -1, replicas",
        "operator.watchNamespaces, team-a, watchNamespaces",
        "agent.logLevel, LOUD, logLevel",
        "namespace.created, true, created",
        "metrics.podMonitor.interval, often, interval",
        "metrics.annotation, false, annotation",
        "crd.install, false, crd",
    })
    void aValueThatCannotBeMeantIsRefused(String path, String value, String named) {
        assertThatThrownBy(() -> chart.render(Map.of(path, value))).hasMessageContaining(named);
    }

    @Test
    void theSchemaSaysEverythingOnce() {
        ObjectMapper strict =
                new ObjectMapper().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);
        assertThatCode(
                        () ->
                                strict.readTree(
                                        Yaml.read(chart.directory().resolve("values.schema.json"))))
                .doesNotThrowAnyException();
    }

    @Test
    void everyCrdOfTheProjectIsInstalledAndOutlivesAnUninstall() {
        List<CustomResourceDefinition> installed = crds(Map.of());
        assertThat(installed)
                .extracting(crd -> crd.getMetadata().getName())
                .containsExactlyInAnyOrderElementsOf(
                        Yaml.files(Project.path("crds/generated")).stream()
                                .flatMap(file -> Yaml.objects(Yaml.read(file)).stream())
                                .map(crd -> crd.getMetadata().getName())
                                .toList())
                .isNotEmpty();
        assertThat(installed)
                .allSatisfy(
                        crd ->
                                assertThat(crd.getMetadata().getAnnotations())
                                        .containsEntry("helm.sh/resource-policy", "keep"));
    }

    @Test
    void crdsCanBeLeftToSomebodyElse() {
        assertThat(crds(Map.of("crds.install", "false"))).isEmpty();
    }

    @Test
    void theNamespaceIsRenderedOnlyForPlainManifests() {
        assertThat(chart.objects(Map.of())).noneMatch(Namespace.class::isInstance);
        Namespace namespace =
                chart.object(Namespace.class, Chart.NAMESPACE, Map.of("namespace.create", "true"));
        assertThat(namespace.getMetadata().getLabels())
                .containsEntry("pod-security.kubernetes.io/enforce", "privileged");
    }

    @Test
    void imagesAreNamedByRegistryAndTag() {
        Map<String, String> values =
                Map.of("image.registry", "registry.example.com/pm", "image.tag", "1.2.3");
        assertThat(operator(values).getImage()).isEqualTo("registry.example.com/pm/operator:1.2.3");
        assertThat(agent(values).getImage()).isEqualTo("registry.example.com/pm/agent:1.2.3");
    }

    @Test
    void pluginsAreMountedWhereTheOperatorLooksAndMayDoWhatIsSaid() {
        Map<String, String> values =
                Map.of(
                        "operator.plugins.volume.image.reference",
                        "registry.example.com/plugins:1",
                        "operator.plugins.rules[0].apiGroups[0]",
                        "flink.apache.org",
                        "operator.plugins.rules[0].resources[0]",
                        "flinkdeployments",
                        "operator.plugins.rules[0].verbs[0]",
                        "patch");
        assertThat(operator(values).getVolumeMounts())
                .anyMatch(
                        mount ->
                                "/plugins".equals(mount.getMountPath())
                                        && Boolean.TRUE.equals(mount.getReadOnly()));
        assertThat(operator(Map.of()).getVolumeMounts())
                .noneMatch(mount -> "/plugins".equals(mount.getMountPath()));
        assertThat(chart.object(ClusterRole.class, "podmigration-operator-pods", values).getRules())
                .anyMatch(rule -> rule.getResources().contains("flinkdeployments"));
    }

    @Test
    void aDigestWinsOverTheTag() {
        String digest = "sha256:" + "0a".repeat(32);
        Map<String, String> values = Map.of("image.tag", "1.2.3", "image.agentDigest", digest);
        assertThat(agent(values).getImage()).isEqualTo("localhost/podmigration/agent@" + digest);
        assertThat(operator(values).getImage()).endsWith(":1.2.3");
    }

    @Test
    void theAgentListensWhereItsPortsAndProbesSay() {
        Container agent =
                agent(
                        Map.of(
                                "agent.port", "9500",
                                "agent.imagePort", "9502",
                                "agent.healthPort", "9501"));
        assertThat(agent.getEnv())
                .anyMatch(
                        variable ->
                                variable.getName().equals("PODMIGRATION_LISTEN_PORT")
                                        && variable.getValue().equals("9500"))
                .anyMatch(
                        variable ->
                                variable.getName().equals("PODMIGRATION_IMAGE_PORT")
                                        && variable.getValue().equals("9502"))
                .anyMatch(
                        variable ->
                                variable.getName().equals("PODMIGRATION_HEALTH_PORT")
                                        && variable.getValue().equals("9501"));
        assertThat(agent.getPorts())
                .extracting(port -> port.getName() + " " + port.getHostPort())
                .containsExactlyInAnyOrder("peer 9500", "images 9502", "health 9501");
        assertThat(agent.getLivenessProbe().getHttpGet().getPort().getStrVal()).isEqualTo("health");
    }

    @Test
    void prometheusIsToldWhereTheMetricsAre() {
        assertThat(annotations(deployment(Map.of()).getSpec().getTemplate()))
                .containsEntry("prometheus.io/scrape", "true")
                .containsEntry("prometheus.io/port", "8080")
                .containsEntry("prometheus.io/path", "/metrics");
        assertThat(
                        annotations(
                                daemonSet(Map.of("agent.healthPort", "9501"))
                                        .getSpec()
                                        .getTemplate()))
                .containsEntry("prometheus.io/scrape", "true")
                .containsEntry("prometheus.io/port", "9501");
        Map<String, String> without = Map.of("metrics.annotations", "false");
        assertThat(annotations(deployment(without).getSpec().getTemplate()))
                .doesNotContainKey("prometheus.io/scrape");
        assertThat(annotations(daemonSet(without).getSpec().getTemplate()))
                .doesNotContainKey("prometheus.io/scrape");
    }

    @Test
    void thePrometheusOperatorFindsBothKindsOfPodsByTheirPortsName() {
        assertThat(podMonitors(Map.of())).isEmpty();
        List<GenericKubernetesResource> monitors =
                podMonitors(
                        Map.of(
                                "metrics.podMonitor.create", "true",
                                "metrics.podMonitor.interval", "15s",
                                "metrics.podMonitor.labels.release", "prometheus"));
        assertThat(monitors)
                .extracting(monitor -> monitor.getMetadata().getName())
                .containsExactly("podmigration-agent", "podmigration-operator");
        assertThat(monitors)
                .allSatisfy(
                        monitor -> {
                            assertThat(monitor.getMetadata().getLabels())
                                    .containsEntry("release", "prometheus");
                            assertThat(
                                            monitor.<String>get(
                                                    "spec", "podMetricsEndpoints", 0, "interval"))
                                    .isEqualTo("15s");
                        });
        assertFinds(monitors.getFirst(), daemonSet(Map.of()).getSpec().getTemplate());
        assertFinds(monitors.getLast(), deployment(Map.of()).getSpec().getTemplate());
    }

    private static void assertFinds(GenericKubernetesResource monitor, PodTemplateSpec pod) {
        Map<String, String> wanted = monitor.get("spec", "selector", "matchLabels");
        assertThat(pod.getMetadata().getLabels()).containsAllEntriesOf(wanted);
        String port = monitor.get("spec", "podMetricsEndpoints", 0, "port");
        assertThat(pod.getSpec().getContainers().getFirst().getPorts())
                .extracting(ContainerPort::getName)
                .contains(port);
    }

    private List<GenericKubernetesResource> podMonitors(Map<String, String> values) {
        return chart.objects(values).stream()
                .filter(object -> object.getKind().equals("PodMonitor"))
                .map(GenericKubernetesResource.class::cast)
                .sorted(Comparator.comparing(monitor -> monitor.getMetadata().getName()))
                .toList();
    }

    private static Map<String, String> annotations(PodTemplateSpec pod) {
        return pod.getMetadata().getAnnotations();
    }

    @Test
    void theOperatorNeedsNoRights() {
        Container operator = operator(Map.of());
        assertThat(operator.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(operator.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(operator.getSecurityContext().getCapabilities().getDrop())
                .containsExactly("ALL");
        assertThat(
                        deployment(Map.of())
                                .getSpec()
                                .getTemplate()
                                .getSpec()
                                .getSecurityContext()
                                .getRunAsNonRoot())
                .isTrue();
    }

    @Test
    void nodesArePutBackBeforeAnythingIsDeleted(@TempDir Path copy) throws IOException {
        Chart unhooked = chart.withHooksAsObjects(copy);
        assertThat(hooks(unhooked, Map.of()))
                .containsExactlyInAnyOrder(
                        "ServiceAccount pre-delete",
                        "Role pre-delete",
                        "RoleBinding pre-delete",
                        "ClusterRole pre-delete",
                        "ClusterRoleBinding pre-delete",
                        "Job pre-delete");
        assertThat(hooks(unhooked, Map.of("uninstall.hook", "false"))).isEmpty();
    }

    private static List<String> hooks(Chart chart, Map<String, String> values) {
        return chart.objects(values).stream()
                .filter(object -> object.getMetadata().getAnnotations() != null)
                .filter(
                        object ->
                                object.getMetadata()
                                        .getAnnotations()
                                        .containsKey("example.com/hook"))
                .map(
                        object ->
                                object.getKind()
                                        + " "
                                        + object.getMetadata()
                                                .getAnnotations()
                                                .get("example.com/hook"))
                .toList();
    }

    @Test
    void podsAreFoundByTheirSelectors() {
        Deployment operator = deployment(Map.of());
        assertThat(operator.getSpec().getTemplate().getMetadata().getLabels())
                .containsAllEntriesOf(operator.getSpec().getSelector().getMatchLabels());
        DaemonSet agent = daemonSet(Map.of());
        assertThat(agent.getSpec().getTemplate().getMetadata().getLabels())
                .containsAllEntriesOf(agent.getSpec().getSelector().getMatchLabels())
                .doesNotContainEntry(
                        "app.kubernetes.io/component",
                        operator.getSpec()
                                .getSelector()
                                .getMatchLabels()
                                .get("app.kubernetes.io/component"));
    }

    @Test
    void everyNamespacedObjectIsInTheNamespaceOfTheRelease() {
        assertThat(chart.objects(Map.of()))
                .extracting(HasMetadata::getMetadata)
                .allSatisfy(
                        metadata ->
                                assertThat(metadata.getNamespace()).isIn(null, Chart.NAMESPACE));
    }

    private List<CustomResourceDefinition> crds(Map<String, String> values) {
        return chart.objects(values).stream()
                .filter(CustomResourceDefinition.class::isInstance)
                .map(CustomResourceDefinition.class::cast)
                .toList();
    }

    private Deployment deployment(Map<String, String> values) {
        return chart.object(Deployment.class, "podmigration-operator", values);
    }

    private DaemonSet daemonSet(Map<String, String> values) {
        return chart.object(DaemonSet.class, "podmigration-agent", values);
    }

    private Container operator(Map<String, String> values) {
        return deployment(values).getSpec().getTemplate().getSpec().getContainers().getFirst();
    }

    private Container agent(Map<String, String> values) {
        return daemonSet(values).getSpec().getTemplate().getSpec().getContainers().getFirst();
    }
}
