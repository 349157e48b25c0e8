package dev.podmigration.agent.peer;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestBuilder;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.fabric8.kubernetes.client.dsl.Resource;

import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import javax.security.auth.x500.X500Principal;

/**
 * Gets this node's certificate through a Kubernetes CertificateSigningRequest, which the operator
 * signs after it has compared the name with the node that the API server says the request came
 * from. The key never leaves this process.
 */
public final class CertificateRequests {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateRequests.class);
    private static final String SIGNER = "podmigration.dev/agent";
    private static final String AUTHORITY = "podmigration-ca";

    /** Conditions of a request that nobody will sign any more. */
    private static final Set<String> REFUSALS = Set.of("Denied", "Failed");

    private final KubernetesClient client;
    private final String namespace;
    private final String node;
    private final String nodeAddress;

    /**
     * @param namespace of the operator, where the authority's ConfigMap is
     */
    public CertificateRequests(
            KubernetesClient client, String namespace, String node, String nodeAddress) {
        this.client = client;
        this.namespace = namespace;
        this.node = node;
        this.nodeAddress = nodeAddress;
    }

    /**
     * Asks for a new certificate and puts it into {@code identity}.
     *
     * @return when to ask again: after two thirds of its life
     * @throws IOException if nobody signed within {@code limit}
     */
    public Instant renew(Identity identity, Duration limit) throws IOException {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            List<X509Certificate> chain = certificates(signed(request(keys), limit));
            X509Certificate own = chain.getFirst();
            identity.update(keys.getPrivate(), chain, authorities(limit));
            Instant from = own.getNotBefore().toInstant();
            Duration life = Duration.between(from, own.getNotAfter().toInstant());
            LOG.info("Certificate for {} is valid until {}", node, own.getNotAfter().toInstant());
            return from.plus(life.multipliedBy(2).dividedBy(3));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("No certificate for " + node + ": " + e.getMessage(), e);
        }
    }

    private byte[] request(KeyPair keys) throws IOException, OperatorCreationException {
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        extensions.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(
                        new GeneralName[] {
                            new GeneralName(GeneralName.dNSName, node),
                            new GeneralName(GeneralName.iPAddress, nodeAddress)
                        }));
        PKCS10CertificationRequest request =
                new JcaPKCS10CertificationRequestBuilder(
                                new X500Principal("O=" + PeerNode.ORGANISATION + ", CN=" + node),
                                keys.getPublic())
                        .addAttribute(
                                PKCSObjectIdentifiers.pkcs_9_at_extensionRequest,
                                extensions.generate())
                        .build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(keys.getPrivate()));
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.writeObject(request);
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private byte[] signed(byte[] request, Duration limit) throws IOException {
        CertificateSigningRequest created =
                client.certificates()
                        .v1()
                        .certificateSigningRequests()
                        .resource(
                                new CertificateSigningRequestBuilder()
                                        .withNewMetadata()
                                        .withGenerateName("podmigration-" + node + "-")
                                        .endMetadata()
                                        .withNewSpec()
                                        .withSignerName(SIGNER)
                                        .withUsages(
                                                "digital signature", "client auth", "server auth")
                                        .withRequest(Base64.getEncoder().encodeToString(request))
                                        .endSpec()
                                        .build())
                        .create();
        String name = created.getMetadata().getName();
        CertificateSigningRequest answered =
                await(
                        client.certificates().v1().certificateSigningRequests().withName(name),
                        found -> isSigned(found) || refusal(found).isPresent(),
                        limit,
                        "The operator did not sign %s: kubectl describe csr %s"
                                .formatted(name, name));
        if (!isSigned(answered)) {
            throw new IOException(
                    "%s was refused: %s".formatted(name, refusal(answered).orElseThrow()));
        }
        return Base64.getDecoder().decode(answered.getStatus().getCertificate());
    }

    private static boolean isSigned(CertificateSigningRequest request) {
        return request.getStatus() != null && request.getStatus().getCertificate() != null;
    }

    private static Optional<String> refusal(CertificateSigningRequest request) {
        return Optional.ofNullable(request.getStatus())
                .map(CertificateSigningRequestStatus::getConditions)
                .stream()
                .flatMap(List::stream)
                .filter(condition -> REFUSALS.contains(condition.getType()))
                .map(condition -> condition.getReason() + ", " + condition.getMessage())
                .findFirst();
    }

    private List<X509Certificate> authorities(Duration limit)
            throws GeneralSecurityException, IOException {
        ConfigMap authority =
                await(
                        client.configMaps().inNamespace(namespace).withName(AUTHORITY),
                        found -> found.getData() != null && found.getData().containsKey("ca.crt"),
                        limit,
                        "The operator did not write the ConfigMap %s/%s"
                                .formatted(namespace, AUTHORITY));
        return certificates(authority.getData().get("ca.crt").getBytes(StandardCharsets.US_ASCII));
    }

    private static <T> T await(
            Resource<T> resource, Predicate<T> wanted, Duration limit, String otherwise)
            throws IOException {
        try {
            return resource.waitUntilCondition(
                    found -> found != null && wanted.test(found),
                    limit.toMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (KubernetesClientTimeoutException e) {
            throw new IOException("%s (within %d s)".formatted(otherwise, limit.toSeconds()), e);
        }
    }

    private static List<X509Certificate> certificates(byte[] pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
    }
}
