package dev.podmigration.operator.certificates;

import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/**
 * Signs the certificates with which agents prove which node they are. An own authority, because the
 * signers that come with Kubernetes either sign no server certificates for pods or are trusted by
 * far more than the agents.
 */
public final class CertificateAuthority {

    private static final Duration LIFETIME = Duration.ofDays(3650);

    /**
     * Node clocks differ; a certificate must not be refused because it comes from the near future.
     */
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private static final String SIGNATURE = "SHA256withECDSA";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final PrivateKey key;
    private final X509Certificate certificate;

    private CertificateAuthority(PrivateKey key, X509Certificate certificate) {
        this.key = key;
        this.certificate = certificate;
    }

    /** A new key pair with a self-signed certificate. */
    public static CertificateAuthority create(Instant now) {
        X500Name name = new X500Name("CN=podmigration agents");
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            X509v3CertificateBuilder builder =
                    builder(name, name, pair.getPublic(), now, LIFETIME)
                            .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                            .addExtension(
                                    Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign))
                            .addExtension(
                                    Extension.subjectKeyIdentifier,
                                    false,
                                    new JcaX509ExtensionUtils()
                                            .createSubjectKeyIdentifier(pair.getPublic()));
            return new CertificateAuthority(pair.getPrivate(), seal(builder, pair.getPrivate()));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(
                    "This Java runtime cannot make an elliptic-curve certificate", e);
        }
    }

    static CertificateAuthority parse(String certificatePem, String keyPem) throws IOException {
        try {
            PrivateKey key =
                    new JcaPEMKeyConverter().getPrivateKey(Pem.read(keyPem, PrivateKeyInfo.class));
            X509Certificate certificate =
                    new JcaX509CertificateConverter()
                            .getCertificate(Pem.read(certificatePem, X509CertificateHolder.class));
            return new CertificateAuthority(key, certificate);
        } catch (GeneralSecurityException e) {
            throw new IOException("The stored certificate authority is not readable", e);
        }
    }

    /**
     * The certificate of one agent; what it may contain was decided by {@link AgentRequestPolicy}.
     */
    String sign(AgentRequest request, Instant now, Duration lifetime) {
        try {
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            X500Name issuer = new X500Name(certificate.getSubjectX500Principal().getName());
            X509v3CertificateBuilder builder =
                    builder(issuer, request.subject(), request.publicKey(), now, lifetime)
                            .addExtension(
                                    Extension.basicConstraints, true, new BasicConstraints(false))
                            .addExtension(
                                    Extension.keyUsage,
                                    true,
                                    new KeyUsage(KeyUsage.digitalSignature))
                            .addExtension(
                                    Extension.extendedKeyUsage,
                                    false,
                                    new ExtendedKeyUsage(
                                            new KeyPurposeId[] {
                                                KeyPurposeId.id_kp_clientAuth,
                                                KeyPurposeId.id_kp_serverAuth
                                            }))
                            .addExtension(
                                    Extension.authorityKeyIdentifier,
                                    false,
                                    extensions.createAuthorityKeyIdentifier(certificate))
                            .addExtension(
                                    Extension.subjectKeyIdentifier,
                                    false,
                                    extensions.createSubjectKeyIdentifier(request.publicKey()))
                            .addExtension(
                                    Extension.subjectAlternativeName,
                                    false,
                                    request.alternativeNames());
            return Pem.write(seal(builder, key));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(
                    "Cannot sign the certificate of " + request.nodeName(), e);
        }
    }

    String certificatePem() {
        return Pem.write(certificate);
    }

    String keyPem() {
        // Not as PrivateKeyInfo: of that the writer makes the old EC PRIVATE KEY form.
        return Pem.write(new PemObject("PRIVATE KEY", key.getEncoded()));
    }

    X509Certificate certificate() {
        return certificate;
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, PublicKey key, Instant now, Duration lifetime) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(127, RANDOM).add(BigInteger.ONE),
                Date.from(now.minus(CLOCK_SKEW)),
                Date.from(now.plus(lifetime)),
                subject,
                key);
    }

    private static X509Certificate seal(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }
}
