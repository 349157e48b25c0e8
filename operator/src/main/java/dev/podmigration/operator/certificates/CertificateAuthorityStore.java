package dev.podmigration.operator.certificates;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps the authority's key in a Secret that only the operator reads, and its certificate in a
 * ConfigMap that the agents read. Several operators may start at once: the one whose Secret is
 * created wins, the others read it.
 */
public final class CertificateAuthorityStore {

    static final String NAME = "podmigration-ca";
    static final String CERTIFICATE_KEY = "ca.crt";

    private static final Logger LOG = LoggerFactory.getLogger(CertificateAuthorityStore.class);

    private final KubernetesClient client;
    private final String namespace;
    private final Clock clock;

    public CertificateAuthorityStore(KubernetesClient client, String namespace, Clock clock) {
        this.client = client;
        this.namespace = namespace;
        this.clock = clock;
    }

    public CertificateAuthority loadOrCreate() {
        CertificateAuthority authority = stored().orElseGet(this::create);
        publish(authority);
        return authority;
    }

    private Optional<CertificateAuthority> stored() {
        return Optional.ofNullable(client.secrets().inNamespace(namespace).withName(NAME).get())
                .map(CertificateAuthorityStore::read);
    }

    private CertificateAuthority create() {
        CertificateAuthority authority = CertificateAuthority.create(clock.instant());
        Secret secret =
                new SecretBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .withNamespace(namespace)
                        .endMetadata()
                        .withType("kubernetes.io/tls")
                        .withStringData(
                                Map.of(
                                        "tls.crt",
                                        authority.certificatePem(),
                                        "tls.key",
                                        authority.keyPem()))
                        .build();
        try {
            client.resource(secret).create();
            LOG.info("Made the certificate authority of the agents: Secret {}/{}", namespace, NAME);
            return authority;
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            return stored().orElseThrow(() -> e);
        }
    }

    private void publish(CertificateAuthority authority) {
        ConfigMap map =
                new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .withNamespace(namespace)
                        .endMetadata()
                        .withData(Map.of(CERTIFICATE_KEY, authority.certificatePem()))
                        .build();
        client.resource(map).createOr(existing -> existing.update());
    }

    private static CertificateAuthority read(Secret secret) {
        try {
            return CertificateAuthority.parse(
                    decoded(secret, "tls.crt"), decoded(secret, "tls.key"));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Secret "
                            + NAME
                            + " holds no certificate authority; delete it to get a new one",
                    e);
        }
    }

    private static String decoded(Secret secret, String key) {
        return new String(
                Base64.getDecoder().decode(secret.getData().getOrDefault(key, "")), UTF_8);
    }
}
