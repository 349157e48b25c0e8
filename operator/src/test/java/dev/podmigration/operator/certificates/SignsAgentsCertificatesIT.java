package dev.podmigration.operator.certificates;

import static dev.podmigration.operator.certificates.SigningRequests.address;
import static dev.podmigration.operator.certificates.SigningRequests.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;
import dev.podmigration.operator.MigrationOperator;
import dev.podmigration.operator.fakes.OperatorRights;
import dev.podmigration.operator.settings.Settings;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestStatus;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import picocli.CommandLine;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The whole operator, as its program starts it. */
@ExtendWith(ApiServerExtension.class)
class SignsAgentsCertificatesIT {

    private ApiServer server;
    private KubernetesClient client;
    private String namespace;
    private String node;
    private MigrationOperator operator;

    @BeforeEach
    void start(ApiServer shared) throws Exception {
        server = shared;
        client = shared.client();
        namespace = shared.newNamespace("operator");
        node = namespace + "-node";
        client.resource(new NodeBuilder().withNewMetadata().withName(node).endMetadata().build())
                .create();
        client.nodes()
                .withName(node)
                .editStatus(
                        found ->
                                new NodeBuilder(found)
                                        .editOrNewStatus()
                                        .addNewAddress("192.0.2.7", "InternalIP")
                                        .endStatus()
                                        .build());
        // CRDs are served a moment before their storage answers.
        for (Class<? extends HasMetadata> type :
                List.of(
                        PodMigration.class,
                        PodCheckpoint.class,
                        PodRestore.class,
                        MigrationNode.class)) {
            await().atMost(Duration.ofSeconds(20))
                    .ignoreExceptions()
                    .until(() -> client.resources(type).inAnyNamespace().list() != null);
        }
        Settings settings =
                CommandLine.populateCommand(
                        new Settings(),
                        "--namespace=" + namespace,
                        "--watch-namespaces=" + namespace,
                        "--pod-name=it",
                        "--health-port=0");
        operator =
                new MigrationOperator(
                        new KubernetesClientBuilder()
                                .withConfig(OperatorRights.in(namespace, server))
                                .build(),
                        settings,
                        Clock.systemUTC(),
                        () -> {});
        operator.start();
    }

    @AfterEach
    void stop() {
        operator.close();
    }

    @Test
    void anAgentGetsACertificateThatTheAuthoritySigned() throws Exception {
        CertificateSigningRequest request =
                send(node, "CN=" + node + "," + SigningRequests.ORGANIZATION);

        CertificateSigningRequestStatus status =
                awaitStatus(request, found -> found.getCertificate() != null);

        assertThat(status.getCertificate()).isNotBlank();
        assertThat(
                        client.configMaps()
                                .inNamespace(namespace)
                                .withName("podmigration-ca")
                                .get()
                                .getData()
                                .get("ca.crt"))
                .startsWith("-----BEGIN CERTIFICATE-----");
    }

    @Test
    void aRequestForAnotherNodeIsDenied() throws Exception {
        CertificateSigningRequest request =
                send("elsewhere", "CN=" + node + "," + SigningRequests.ORGANIZATION);

        CertificateSigningRequestStatus status =
                awaitStatus(request, found -> !found.getConditions().isEmpty());

        assertThat(status.getConditions())
                .singleElement()
                .satisfies(
                        condition -> {
                            assertThat(condition.getType()).isEqualTo("Denied");
                            assertThat(condition.getReason()).isEqualTo("OtherNode");
                            assertThat(condition.getMessage()).contains("elsewhere");
                        });
        assertThat(status.getCertificate()).isNull();
    }

    @Test
    void aRequestWithAMalformedNameIsDeniedAndNotTriedForEver() throws Exception {
        CertificateSigningRequest request =
                send(node, "CN=../nodes/" + node + "," + SigningRequests.ORGANIZATION);

        CertificateSigningRequestStatus status =
                awaitStatus(request, found -> !found.getConditions().isEmpty());

        assertThat(status.getConditions())
                .singleElement()
                .satisfies(
                        condition -> {
                            assertThat(condition.getType()).isEqualTo("Denied");
                            assertThat(condition.getReason()).isEqualTo("MalformedName");
                        });
    }

    @Test
    void theAuthorityIsMadeOnce() {
        String before = certificate();

        CertificateAuthority next =
                new CertificateAuthorityStore(client, namespace, Clock.systemUTC()).loadOrCreate();

        assertThat(next.certificatePem()).isEqualTo(before);
        assertThat(certificate()).isEqualTo(before);
    }

    @Test
    void probesAndMetricsAnswer() throws Exception {
        assertThat(get("/livez").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        HttpResponse<String> metrics = get("/metrics");
        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.body()).contains("operator_sdk");
    }

    private String certificate() {
        return client.configMaps()
                .inNamespace(namespace)
                .withName("podmigration-ca")
                .get()
                .getData()
                .get("ca.crt");
    }

    private HttpResponse<String> get(String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(
                                    URI.create("http://127.0.0.1:" + operator.healthPort() + path))
                            .timeout(Duration.ofSeconds(5))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    /** As the API server sees a request of the agent whose pod runs on this node. */
    private CertificateSigningRequest send(String nodeOfAgent, String subject) throws Exception {
        String user = "system:serviceaccount:" + namespace + ":podmigration-agent";
        String pem = SigningRequests.pem(subject, dns(node), address("192.0.2.7"));
        CertificateSigningRequest request =
                SigningRequests.object(
                        pem, user, nodeOfAgent, "client auth", "server auth", "digital signature");
        try (KubernetesClient agent =
                new KubernetesClientBuilder()
                        .withConfig(
                                new ConfigBuilder(server.adminConfig())
                                        .withImpersonateUsername(user)
                                        .withImpersonateGroups("system:masters")
                                        .withImpersonateExtras(
                                                Map.of(
                                                        "authentication.kubernetes.io%2fnode-name",
                                                        List.of(nodeOfAgent)))
                                        .build())
                        .build()) {
            return agent.resource(request).create();
        }
    }

    private CertificateSigningRequestStatus awaitStatus(
            CertificateSigningRequest request, Predicate<CertificateSigningRequestStatus> wanted) {
        return await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> client.resource(request).get().getStatus(),
                        found -> found != null && wanted.test(found));
    }
}
