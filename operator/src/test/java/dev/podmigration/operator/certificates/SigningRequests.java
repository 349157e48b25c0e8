package dev.podmigration.operator.certificates;

import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestBuilder;

import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import javax.security.auth.x500.X500Principal;

/** Signing requests as agents, and those who are none, would send them. */
final class SigningRequests {

    static final String AGENT = "system:serviceaccount:podmigration-system:podmigration-agent";
    static final String ORGANIZATION = "O=podmigration:agents";

    private SigningRequests() {}

    static GeneralName dns(String name) {
        return new GeneralName(GeneralName.dNSName, name);
    }

    static GeneralName address(String address) {
        return new GeneralName(GeneralName.iPAddress, address);
    }

    static String pem(String subject, GeneralName... names) throws Exception {
        return pem(
                X500Name.getInstance(new X500Principal(subject).getEncoded()),
                new GeneralNames(names).getEncoded(),
                newKeys());
    }

    static KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    /** Whatever these bytes are as alternative names. */
    static String pem(X500Name subject, byte[] names, KeyPair keys) throws Exception {
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        extensions.addExtension(Extension.subjectAlternativeName, false, names);
        return Pem.write(
                new JcaPKCS10CertificationRequestBuilder(subject, keys.getPublic())
                        .addAttribute(
                                PKCSObjectIdentifiers.pkcs_9_at_extensionRequest,
                                extensions.generate())
                        .build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(keys.getPrivate())));
    }

    static CertificateSigningRequest object(
            String pem, String user, String nodeOfUser, String... usages) {
        return new CertificateSigningRequestBuilder()
                .withNewMetadata()
                .withGenerateName("agent-")
                .endMetadata()
                .withNewSpec()
                .withSignerName(AgentRequestPolicy.SIGNER)
                .withUsername(user)
                .withExtra(Map.of("authentication.kubernetes.io/node-name", List.of(nodeOfUser)))
                .withUsages(usages)
                .withRequest(
                        Base64.getEncoder()
                                .encodeToString(
                                        pem.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .endSpec()
                .build();
    }
}
