package dev.podmigration.operator.certificates;

import static dev.podmigration.operator.certificates.SigningRequests.address;
import static dev.podmigration.operator.certificates.SigningRequests.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;

class CertificateAuthorityTest {

    private static final Instant NOW = Instant.parse("2026-08-01T12:00:00Z");

    private final CertificateAuthority authority = CertificateAuthority.create(NOW);

    @Test
    void whatItSignsIsTrustedByWhoTrustsIt() throws Exception {
        X509Certificate signed = sign(authority);

        PKIXParameters parameters =
                new PKIXParameters(Set.of(new TrustAnchor(authority.certificate(), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(NOW));
        assertThat(
                        CertPathValidator.getInstance("PKIX")
                                .validate(
                                        CertificateFactory.getInstance("X.509")
                                                .generateCertPath(List.of(signed)),
                                        parameters))
                .isNotNull();
    }

    @Test
    void anAgentsCertificateSaysWhoItIsAndSignsNoOther() throws Exception {
        X509Certificate signed = sign(authority);

        assertThat(signed.getSubjectX500Principal().getName())
                .contains("CN=node-a")
                .contains("O=podmigration:agents");
        assertThat(signed.getBasicConstraints()).as("not an authority").isEqualTo(-1);
        assertThat(signed.getExtendedKeyUsage())
                .containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(
                        signed.getSubjectAlternativeNames().stream()
                                .map(name -> String.valueOf(name.get(1))))
                .containsExactly("node-a", "192.0.2.7");
        assertThat(signed.getNotAfter()).isEqualTo(Date.from(NOW.plus(Duration.ofHours(24))));
    }

    @Test
    void itIsTheSameAfterItWasStored() throws Exception {
        CertificateAuthority restored =
                CertificateAuthority.parse(authority.certificatePem(), authority.keyPem());

        assertThat(restored.certificate()).isEqualTo(authority.certificate());
        sign(restored).verify(authority.certificate().getPublicKey());
    }

    @Test
    void whatIsNoAuthorityIsNotRead() {
        String certificate = authority.certificatePem();
        assertThatThrownBy(() -> CertificateAuthority.parse(certificate, certificate))
                .isInstanceOf(IOException.class);
    }

    private static X509Certificate sign(CertificateAuthority authority) throws Exception {
        String pem =
                SigningRequests.pem(
                        "CN=node-a," + SigningRequests.ORGANIZATION,
                        dns("node-a"),
                        address("192.0.2.7"));
        return new JcaX509CertificateConverter()
                .getCertificate(
                        Pem.read(
                                authority.sign(AgentRequest.parse(pem), NOW, Duration.ofHours(24)),
                                X509CertificateHolder.class));
    }
}
