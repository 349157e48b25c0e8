package dev.podmigration.operator.certificates;

import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;

/** What an agent wants signed, read from its PKCS #10 request; nothing in it is trusted yet. */
record AgentRequest(
        X500Name subject,
        PublicKey publicKey,
        GeneralNames alternativeNames,
        List<String> dnsNames,
        List<InetAddress> addresses,
        boolean hasOtherNames) {

    AgentRequest {
        dnsNames = List.copyOf(dnsNames);
        addresses = List.copyOf(addresses);
    }

    /** Fails when the text is no request, or when the requester does not hold the private key. */
    static AgentRequest parse(String pem) throws IOException {
        JcaPKCS10CertificationRequest request =
                new JcaPKCS10CertificationRequest(Pem.read(pem, PKCS10CertificationRequest.class));
        try {
            PublicKey key = request.getPublicKey();
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new IOException("the signature of the request does not match its key");
            }
            return read(request.getSubject(), key, alternativeNames(request));
        } catch (GeneralSecurityException | OperatorCreationException | PKCSException e) {
            throw new IOException("the request cannot be read: " + e.getMessage(), e);
        }
    }

    /** The common name, which claims to be the name of the node. */
    String nodeName() {
        return single(BCStyle.CN);
    }

    String organization() {
        return single(BCStyle.O);
    }

    private String single(ASN1ObjectIdentifier attribute) {
        RDN[] values = subject.getRDNs(attribute);
        return values.length == 1 ? IETFUtils.valueToString(values[0].getFirst().getValue()) : "";
    }

    private static AgentRequest read(X500Name subject, PublicKey key, GeneralNames names)
            throws UnknownHostException {
        List<String> dnsNames = new ArrayList<>();
        List<InetAddress> addresses = new ArrayList<>();
        boolean others = false;
        for (GeneralName name : names.getNames()) {
            switch (name.getTagNo()) {
                case GeneralName.dNSName -> dnsNames.add(name.getName().toString());
                case GeneralName.iPAddress ->
                        addresses.add(
                                InetAddress.getByAddress(
                                        ASN1OctetString.getInstance(name.getName()).getOctets()));
                default -> others = true;
            }
        }
        return new AgentRequest(subject, key, names, dnsNames, addresses, others);
    }

    private static GeneralNames alternativeNames(PKCS10CertificationRequest request) {
        Extensions extensions = request.getRequestedExtensions();
        Extension names =
                extensions == null
                        ? null
                        : extensions.getExtension(Extension.subjectAlternativeName);
        return names == null
                ? new GeneralNames(new GeneralName[0])
                : GeneralNames.getInstance(names.getParsedValue());
    }
}
