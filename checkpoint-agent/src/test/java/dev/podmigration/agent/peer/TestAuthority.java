package dev.podmigration.agent.peer;

import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;

import javax.security.auth.x500.X500Principal;

/** Signs whatever a test wants signed. */
final class TestAuthority {

    private static final X500Principal NAME = new X500Principal("CN=test authority");

    private final KeyPair keys = newKeys();
    private final X509Certificate certificate;

    TestAuthority() throws Exception {
        certificate = certificate(NAME, keys, Lifetime.usual(), builder -> {});
    }

    /** An agent of this node that trusts the given authority, which need not be its own. */
    Identity agent(String node, TestAuthority trusted) throws Exception {
        return identity("CN=" + node + ",O=" + PeerNode.ORGANISATION, node, trusted);
    }

    /** The same for a certificate of another lifetime. */
    Identity agent(String node, TestAuthority trusted, Lifetime lifetime) throws Exception {
        Identity identity = new Identity();
        renew(identity, node, trusted, lifetime);
        return identity;
    }

    /** Gives an agent a new key and a new certificate, as a renewal does. */
    void renew(Identity identity, String node, TestAuthority trusted, Lifetime lifetime)
            throws Exception {
        update(identity, "CN=" + node + ",O=" + PeerNode.ORGANISATION, node, trusted, lifetime);
    }

    /** Gives an agent a new certificate of this authority, and trust in another one beside it. */
    void trustToo(TestAuthority other, Identity identity, String node) throws Exception {
        KeyPair own = newKeys();
        identity.update(
                own.getPrivate(),
                List.of(
                        signed(
                                "CN=" + node + ",O=" + PeerNode.ORGANISATION,
                                node,
                                own,
                                Lifetime.usual())),
                List.of(certificate, other.certificate));
    }

    /** From when to when a certificate is valid. */
    record Lifetime(Instant from, Instant to) {
        static Lifetime usual() {
            Instant now = Instant.now();
            return new Lifetime(now.minus(Duration.ofHours(1)), now.plus(Duration.ofHours(1)));
        }

        static Lifetime until(Instant end) {
            return new Lifetime(end.minus(Duration.ofHours(1)), end);
        }
    }

    Identity identity(String subject, String node, TestAuthority trusted) throws Exception {
        Identity identity = new Identity();
        update(identity, subject, node, trusted, Lifetime.usual());
        return identity;
    }

    private void update(
            Identity identity,
            String subject,
            String node,
            TestAuthority trusted,
            Lifetime lifetime)
            throws Exception {
        KeyPair own = newKeys();
        identity.update(
                own.getPrivate(),
                List.of(signed(subject, node, own, lifetime)),
                List.of(trusted.certificate));
    }

    private X509Certificate signed(String subject, String node, KeyPair own, Lifetime lifetime)
            throws Exception {
        return certificate(
                new X500Principal(subject),
                own,
                lifetime,
                builder ->
                        builder.addExtension(
                                Extension.subjectAlternativeName,
                                false,
                                new GeneralNames(new GeneralName(GeneralName.dNSName, node))));
    }

    private interface Extensions {
        void addTo(JcaX509v3CertificateBuilder builder) throws Exception;
    }

    private X509Certificate certificate(
            X500Principal subject, KeyPair of, Lifetime lifetime, Extensions extensions)
            throws Exception {
        JcaX509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        NAME,
                        new BigInteger(64, new SecureRandom()),
                        Date.from(lifetime.from()),
                        Date.from(lifetime.to()),
                        subject,
                        of.getPublic());
        builder.addExtension(
                Extension.basicConstraints, true, new BasicConstraints(NAME.equals(subject)));
        extensions.addTo(builder);
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(keys.getPrivate())));
    }

    private static KeyPair newKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }
}
