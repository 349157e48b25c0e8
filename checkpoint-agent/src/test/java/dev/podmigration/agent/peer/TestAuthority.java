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
        certificate = certificate(NAME, keys, builder -> {});
    }

    /** An agent of this node that trusts the given authority, which need not be its own. */
    Identity agent(String node, TestAuthority trusted) throws Exception {
        return identity("CN=" + node + ",O=" + PeerNode.ORGANISATION, node, trusted);
    }

    Identity identity(String subject, String node, TestAuthority trusted) throws Exception {
        KeyPair own = newKeys();
        X509Certificate signed =
                certificate(
                        new X500Principal(subject),
                        own,
                        builder ->
                                builder.addExtension(
                                        Extension.subjectAlternativeName,
                                        false,
                                        new GeneralNames(
                                                new GeneralName(GeneralName.dNSName, node))));
        Identity identity = new Identity();
        identity.update(own.getPrivate(), List.of(signed), List.of(trusted.certificate));
        return identity;
    }

    private interface Extensions {
        void addTo(JcaX509v3CertificateBuilder builder) throws Exception;
    }

    private X509Certificate certificate(X500Principal subject, KeyPair of, Extensions extensions)
            throws Exception {
        Instant now = Instant.now();
        JcaX509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        NAME,
                        new BigInteger(64, new SecureRandom()),
                        Date.from(now.minus(Duration.ofHours(1))),
                        Date.from(now.plus(Duration.ofHours(1))),
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
