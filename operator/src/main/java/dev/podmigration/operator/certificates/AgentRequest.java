package dev.podmigration.operator.certificates;

import static dev.podmigration.operator.certificates.RequestRefusal.shown;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.podmigration.operator.certificates.RequestRefusal.Reason;

import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
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
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an agent wants signed, read from its PKCS #10 request. Nothing in it is trusted yet, but it
 * holds nothing else than a certificate of an agent does: the names of a node are put together anew
 * from what was read, so that no two programs can read them differently.
 *
 * @param nodeName of which the request says to come; a name that a node can have
 */
record AgentRequest(String nodeName, PublicKey publicKey, List<InetAddress> addresses) {

    static final String ORGANIZATION = "podmigration:agents";

    /** k8s.io/apimachinery/pkg/util/validation: IsDNS1123Subdomain. */
    private static final Pattern NODE_NAME =
            Pattern.compile(
                    "(?=.{1,253}$)[a-z0-9]++(-++[a-z0-9]++)*+(\\.[a-z0-9]++(-++[a-z0-9]++)*+)*+");

    AgentRequest {
        addresses = List.copyOf(addresses);
    }

    /**
     * Reads what stands in {@code spec.request}.
     *
     * @throws RequestRefusedException Unreadable if it is no request, or the requester does not
     *     hold the private key; MalformedName; NotForAnAgent
     */
    static AgentRequest decode(String base64) throws RequestRefusedException {
        byte[] pem;
        try {
            pem = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw unreadable(e);
        }
        return parse(new String(pem, UTF_8));
    }

    static AgentRequest parse(String pem) throws RequestRefusedException {
        try {
            JcaPKCS10CertificationRequest request =
                    new JcaPKCS10CertificationRequest(
                            Pem.read(pem, PKCS10CertificationRequest.class));
            PublicKey key = request.getPublicKey();
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new RequestRefusedException(
                        Reason.Unreadable, "the signature of the request does not match its key");
            }
            return read(request.getSubject(), key, alternativeNames(request));
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | RuntimeException e) {
            // The parser answers malformed DER with whatever its code runs into.
            throw unreadable(e);
        }
    }

    /** The subject of the certificate. */
    X500Name subject() {
        return new X500NameBuilder()
                .addRDN(BCStyle.CN, nodeName)
                .addRDN(BCStyle.O, ORGANIZATION)
                .build();
    }

    /** The names for which the certificate is good. */
    GeneralNames alternativeNames() {
        return new GeneralNames(
                Stream.concat(
                                Stream.of(new GeneralName(GeneralName.dNSName, nodeName)),
                                addresses.stream()
                                        .map(
                                                address ->
                                                        new GeneralName(
                                                                GeneralName.iPAddress,
                                                                new DEROctetString(
                                                                        address.getAddress()))))
                        .toArray(GeneralName[]::new));
    }

    private static AgentRequest read(X500Name subject, PublicKey key, GeneralNames names)
            throws RequestRefusedException {
        String nodeName = nodeName(subject);
        List<InetAddress> addresses = new ArrayList<>();
        boolean named = false;
        for (GeneralName name : names.getNames()) {
            switch (name.getTagNo()) {
                case GeneralName.dNSName -> {
                    String dnsName = name.getName().toString();
                    if (!dnsName.equals(nodeName)) {
                        throw new RequestRefusedException(
                                Reason.NotForAnAgent,
                                "the name DNS:"
                                        + shown(dnsName)
                                        + " is not that of node "
                                        + nodeName);
                    }
                    named = true;
                }
                case GeneralName.iPAddress -> addresses.add(address(name.getName()));
                default ->
                        throw new RequestRefusedException(
                                Reason.NotForAnAgent,
                                "alternative names must be a DNS name and addresses");
            }
        }
        if (!named) {
            throw new RequestRefusedException(
                    Reason.NotForAnAgent, "alternative names must have DNS:" + nodeName);
        }
        return new AgentRequest(nodeName, key, addresses);
    }

    private static InetAddress address(ASN1Encodable octets) throws RequestRefusedException {
        try {
            return InetAddress.getByAddress(ASN1OctetString.getInstance(octets).getOctets());
        } catch (UnknownHostException e) {
            throw new RequestRefusedException(
                    Reason.MalformedName, "an alternative name is no address", e);
        }
    }

    private static String nodeName(X500Name subject) throws RequestRefusedException {
        RDN[] parts = subject.getRDNs();
        String name = single(BCStyle.CN, parts);
        if (parts.length != 2 || !ORGANIZATION.equals(single(BCStyle.O, parts))) {
            throw new RequestRefusedException(
                    Reason.NotForAnAgent,
                    "the subject must be CN=" + shown(name) + ",O=" + ORGANIZATION);
        }
        if (!NODE_NAME.matcher(name).matches()) {
            throw new RequestRefusedException(
                    Reason.MalformedName, "'" + shown(name) + "' is not the name of a node");
        }
        return name;
    }

    /**
     * The value of an attribute. Where two share a place in the subject, which one comes first is
     * not the same for everybody who reads it.
     */
    private static String single(ASN1ObjectIdentifier attribute, RDN[] parts)
            throws RequestRefusedException {
        List<String> values = new ArrayList<>();
        for (RDN part : parts) {
            if (part.isMultiValued()) {
                throw new RequestRefusedException(
                        Reason.NotForAnAgent, "the subject has attributes that share a place");
            }
            if (attribute.equals(part.getFirst().getType())
                    && part.getFirst().getValue() instanceof ASN1String value) {
                values.add(value.getString());
            }
        }
        return values.size() == 1 ? values.getFirst() : "";
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

    private static RequestRefusedException unreadable(Exception e) {
        return new RequestRefusedException(
                Reason.Unreadable,
                "the request cannot be read: " + shown(String.valueOf(e.getMessage())),
                e);
    }
}
