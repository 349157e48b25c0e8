package dev.podmigration.operator.certificates;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestCondition;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestConditionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.CertificateSigningRequestResource;
import io.javaoperatorsdk.operator.api.config.informer.Field;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Answers the agents' signing requests. A request somebody else approved is checked all the same
 * before it is signed: approving is a right an administrator may have given away for other signers.
 */
@ControllerConfiguration(
        name = "agent-certificates",
        generationAwareEventProcessing = false,
        informer =
                @Informer(
                        fieldSelector =
                                @Field(
                                        path = "spec.signerName",
                                        value = AgentRequestPolicy.SIGNER)))
public final class CertificateRequestReconciler implements Reconciler<CertificateSigningRequest> {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateRequestReconciler.class);

    private static final Duration DEFAULT_LIFETIME = Duration.ofHours(24);

    private final CertificateAuthority authority;
    private final AgentRequestPolicy policy;
    private final Clock clock;

    public CertificateRequestReconciler(
            CertificateAuthority authority, String agentUser, Clock clock) {
        this.authority = authority;
        this.policy = new AgentRequestPolicy(agentUser);
        this.clock = clock;
    }

    @Override
    public UpdateControl<CertificateSigningRequest> reconcile(
            CertificateSigningRequest request, Context<CertificateSigningRequest> context) {
        if (isIssued(request) || has(request, "Denied") || has(request, "Failed")) {
            return UpdateControl.noUpdate();
        }
        KubernetesClient client = context.getClient();
        try {
            AgentRequest wanted = AgentRequest.decode(request.getSpec().getRequest());
            Node node = client.nodes().withName(wanted.nodeName()).get();
            Optional<RequestRefusal> refusal = policy.refusal(request, wanted, node);
            if (refusal.isPresent()) {
                deny(client, request, refusal.get());
            } else if (has(request, "Approved")) {
                issue(client, request, wanted);
            } else {
                approve(client, request, wanted);
            }
        } catch (RequestRefusedException e) {
            deny(client, request, e.refusal());
        }
        return UpdateControl.noUpdate();
    }

    /** The event of this update brings the request back for signing. */
    private static void approve(
            KubernetesClient client, CertificateSigningRequest request, AgentRequest wanted) {
        resource(client, request)
                .approve(
                        condition("Approved", "AgentOfNode", "agent of node " + wanted.nodeName()));
    }

    private void issue(
            KubernetesClient client, CertificateSigningRequest request, AgentRequest wanted) {
        String pem = authority.sign(wanted, clock.instant(), lifetime(request));
        resource(client, request)
                .editStatus(
                        current -> {
                            current.getStatus()
                                    .setCertificate(
                                            Base64.getEncoder()
                                                    .encodeToString(pem.getBytes(UTF_8)));
                            return current;
                        });
        LOG.info("Signed a certificate for the agent of node {}", wanted.nodeName());
    }

    private static void deny(
            KubernetesClient client, CertificateSigningRequest request, RequestRefusal why) {
        String name = request.getMetadata().getName();
        if (has(request, "Approved")) {
            // The API server refuses "Denied" beside "Approved".
            resource(client, request)
                    .editStatus(
                            current -> {
                                current.getStatus().getConditions().add(condition("Failed", why));
                                return current;
                            });
        } else {
            resource(client, request).deny(condition("Denied", why));
        }
        LOG.warn(
                "Refused to sign certificate request {}: {}, {}",
                name,
                why.reason(),
                why.message());
    }

    private static Duration lifetime(CertificateSigningRequest request) {
        Integer wanted = request.getSpec().getExpirationSeconds();
        Duration lifetime = wanted == null ? DEFAULT_LIFETIME : Duration.ofSeconds(wanted);
        return lifetime.compareTo(DEFAULT_LIFETIME) < 0 ? lifetime : DEFAULT_LIFETIME;
    }

    private static CertificateSigningRequestResource<CertificateSigningRequest> resource(
            KubernetesClient client, CertificateSigningRequest request) {
        return client.certificates()
                .v1()
                .certificateSigningRequests()
                .withName(request.getMetadata().getName());
    }

    private static boolean isIssued(CertificateSigningRequest request) {
        return request.getStatus() != null && request.getStatus().getCertificate() != null;
    }

    private static boolean has(CertificateSigningRequest request, String type) {
        List<CertificateSigningRequestCondition> conditions =
                request.getStatus() == null ? List.of() : request.getStatus().getConditions();
        return conditions.stream()
                .anyMatch(
                        condition ->
                                type.equals(condition.getType())
                                        && "True".equals(condition.getStatus()));
    }

    private static CertificateSigningRequestCondition condition(String type, RequestRefusal why) {
        return condition(type, why.reason().name(), why.message());
    }

    private static CertificateSigningRequestCondition condition(
            String type, String reason, String message) {
        return new CertificateSigningRequestConditionBuilder()
                .withType(type)
                .withStatus("True")
                .withReason(reason)
                .withMessage(message)
                .build();
    }
}
