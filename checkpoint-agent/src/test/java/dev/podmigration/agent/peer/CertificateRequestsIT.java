package dev.podmigration.agent.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;

import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestConditionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** A real API server; the test is the operator that should sign. */
@ExtendWith(ApiServerExtension.class)
class CertificateRequestsIT {

    private final KubernetesClient client;
    private final String node = "node-" + UUID.randomUUID();
    private final CertificateRequests requests;

    CertificateRequestsIT(ApiServer server) {
        client = server.client();
        requests =
                new CertificateRequests(
                        client, server.newNamespace("certificates"), node, "10.0.0.7");
    }

    @Test
    void a_refused_request_is_told_at_once_with_the_reason() {
        CompletableFuture<Void> renewal =
                CompletableFuture.runAsync(() -> renew(Duration.ofMinutes(5)));
        await().atMost(Duration.ofSeconds(30)).until(() -> own().size() == 1);

        client.certificates()
                .v1()
                .certificateSigningRequests()
                .withName(own().getFirst().getMetadata().getName())
                .deny(
                        new CertificateSigningRequestConditionBuilder()
                                .withType("Denied")
                                .withStatus("True")
                                .withReason("NotThisNode")
                                .withMessage("it comes from another node")
                                .build());

        assertThatThrownBy(() -> renewal.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .rootCause()
                .hasMessageContaining("was refused: NotThisNode, it comes from another node");
    }

    @Test
    void where_nobody_signs_the_way_to_find_out_why_is_told() {
        assertThatThrownBy(() -> renew(Duration.ofSeconds(1)))
                .cause()
                .hasMessageContaining("kubectl describe csr podmigration-" + node);
        assertThat(own()).hasSize(1);
    }

    private void renew(Duration limit) {
        try {
            requests.renew(new Identity(), limit);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<CertificateSigningRequest> own() {
        return client.certificates().v1().certificateSigningRequests().list().getItems().stream()
                .filter(
                        request ->
                                request.getMetadata()
                                        .getName()
                                        .startsWith("podmigration-" + node + "-"))
                .toList();
    }
}
