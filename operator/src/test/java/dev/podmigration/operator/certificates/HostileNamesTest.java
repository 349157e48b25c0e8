package dev.podmigration.operator.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERT61String;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.DERUniversalString;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.junit.jupiter.api.Test;

import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * Whatever a request holds, it is either refused with a reason or asks for the names of one node.
 */
class HostileNamesTest {

    private static final Instant NOW = Instant.parse("2026-08-01T12:00:00Z");
    private static final int ROUNDS = 3000;

    /** Written differently than in what is tested. */
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]|[a-z0-9][-a-z0-9]*[a-z0-9]");

    private static final List<String> NAMES =
            List.of(
                    "",
                    " ",
                    ".",
                    "..",
                    "-",
                    "/",
                    "node-a\n",
                    "node-a\0",
                    "node-a,O=system:masters",
                    "node-a+CN=node-b",
                    "../../api/v1/secrets",
                    "node-a/../node-b",
                    "%2e%2e%2f",
                    "node-a?watch=true",
                    "Node-A",
                    "node_a",
                    "node-a.",
                    ".node-a",
                    "node..a",
                    "node-.a",
                    "-node",
                    "node-",
                    "n\u00f6de",
                    "\u202enode-a",
                    "\ud83d\ude00",
                    "node\u0430",
                    "*",
                    "*.node-a",
                    "10.0.0.1 ",
                    "a".repeat(254),
                    "a".repeat(100_000),
                    ("a".repeat(63) + ".").repeat(4),
                    "a-".repeat(50_000));

    private final KeyPair keys = SigningRequests.newKeys();
    private final CertificateAuthority authority = CertificateAuthority.create(NOW);
    private final Random random = new Random(20260801);
    private int accepted;

    HostileNamesTest() throws Exception {}

    @Test
    void aNameThatNoNodeCanHaveIsRefused() throws Exception {
        for (String name : NAMES) {
            X500Name subject = subject(rdn(BCStyle.CN, new DERUTF8String(name)), organization());

            assertThat(read(SigningRequests.pem(subject, names(name), keys)))
                    .as(RequestRefusal.shown(name))
                    .isEmpty();
        }
    }

    @Test
    void aSubjectThatCanBeReadInTwoWaysIsRefused() throws Exception {
        ASN1Encodable own = new DERUTF8String("node-b");
        ASN1Encodable other = new DERPrintableString("node-a");
        RDN both =
                new RDN(
                        new AttributeTypeAndValue[] {
                            new AttributeTypeAndValue(BCStyle.CN, own),
                            new AttributeTypeAndValue(BCStyle.CN, other)
                        });
        RDN beside =
                new RDN(
                        new AttributeTypeAndValue[] {
                            new AttributeTypeAndValue(BCStyle.CN, own),
                            new AttributeTypeAndValue(BCStyle.UID, other)
                        });

        for (X500Name subject :
                List.of(
                        subject(both, organization()),
                        subject(beside, organization()),
                        subject(rdn(BCStyle.CN, own), rdn(BCStyle.CN, other)),
                        subject(rdn(BCStyle.CN, own), rdn(BCStyle.CN, other), organization()))) {
            assertThat(read(SigningRequests.pem(subject, names("node-b"), keys)))
                    .as(subject.toString())
                    .isEmpty();
        }
    }

    @Test
    void whateverIsSignedHasTheNamesOfOneNodeAndNothingElse() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Optional<AgentRequest> wanted =
                    read(SigningRequests.pem(anySubject(), anyNames(), keys));
            if (wanted.isPresent()) {
                accepted++;
                assertOrdinary(wanted.get(), "round " + round);
            }
        }
        assertThat(accepted).as("requests that were not refused").isBetween(50, ROUNDS / 2);
    }

    @Test
    void aRequestThatWasDamagedOnItsWayIsRefusedOrSaysTheSame() throws Exception {
        byte[] pem =
                SigningRequests.pem("CN=node-a," + SigningRequests.ORGANIZATION, dns("node-a"))
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = pem.clone();
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(AgentRequest.decode(Base64.getEncoder().encodeToString(damaged)))
                        .extracting(AgentRequest::nodeName)
                        .isEqualTo("node-a");
            } catch (RequestRefusedException e) {
                assertThat(e.refusal().message()).isNotBlank();
            }
        }
    }

    /** Empty if it is refused, and then with a message that can stand in a log. */
    private static Optional<AgentRequest> read(String pem) {
        try {
            return Optional.of(AgentRequest.parse(pem));
        } catch (RequestRefusedException e) {
            assertThat(e.refusal().reason()).isNotNull();
            assertThat(e.refusal().message()).isNotBlank().hasSizeLessThan(300).isPrintable();
            return Optional.empty();
        }
    }

    private void assertOrdinary(AgentRequest wanted, String round) throws Exception {
        assertThat(wanted.nodeName()).as(round).hasSizeBetween(1, 253);
        assertThat(wanted.nodeName().split("\\.", -1))
                .as(round)
                .allMatch(HostileNamesTest::isLabel);
        X509Certificate signed =
                new JcaX509CertificateConverter()
                        .getCertificate(
                                Pem.read(
                                        authority.sign(wanted, NOW, Duration.ofHours(1)),
                                        X509CertificateHolder.class));
        assertThat(signed.getSubjectX500Principal().getName())
                .as(round)
                .isIn(
                        "O=podmigration:agents,CN=" + wanted.nodeName(),
                        "CN=" + wanted.nodeName() + ",O=podmigration:agents");
        assertThat(signed.getSubjectAlternativeNames())
                .as(round)
                .hasSize(1 + wanted.addresses().size())
                .first()
                .isEqualTo(List.of(GeneralName.dNSName, wanted.nodeName()));
        assertThat(signed.getBasicConstraints()).as(round).isEqualTo(-1);
    }

    private static boolean isLabel(String text) {
        return LABEL.matcher(text).matches();
    }

    private X500Name anySubject() {
        List<RDN> parts = new ArrayList<>();
        parts.add(anyPart(BCStyle.CN, anyName()));
        parts.add(random.nextInt(10) == 0 ? anyPart(BCStyle.O, anyName()) : organization());
        if (random.nextInt(10) == 0) {
            parts.add(anyPart(BCStyle.CN, anyName()));
        }
        if (random.nextInt(10) == 0) {
            parts.remove(random.nextInt(parts.size()));
        }
        return subject(parts.toArray(RDN[]::new));
    }

    private RDN anyPart(ASN1ObjectIdentifier type, String value) {
        AttributeTypeAndValue part = new AttributeTypeAndValue(type, anyString(value));
        return random.nextInt(10) > 0
                ? new RDN(part)
                : new RDN(
                        new AttributeTypeAndValue[] {
                            part, new AttributeTypeAndValue(BCStyle.CN, anyString(anyName()))
                        });
    }

    private ASN1Encodable anyString(String value) {
        return switch (random.nextInt(12)) {
            case 0 -> new DERBMPString(value);
            case 1 -> new DERT61String(value);
            case 2 -> new DERIA5String(value);
            case 3 ->
                    new DERUniversalString(value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            case 4 -> DERNull.INSTANCE;
            case 5 -> new DEROctetString(value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            default -> new DERUTF8String(value);
        };
    }

    private String anyName() {
        return switch (random.nextInt(4)) {
            case 0 -> NAMES.get(random.nextInt(NAMES.size() - 3));
            case 1 -> {
                StringBuilder name = new StringBuilder();
                for (int i = random.nextInt(12); i >= 0; i--) {
                    name.append("a0-.A_/ %\n\0\u00e9".charAt(random.nextInt(12)));
                }
                yield name.toString();
            }
            default -> "node-a";
        };
    }

    private byte[] anyNames() throws Exception {
        if (random.nextInt(10) == 0) {
            byte[] garbage = new byte[random.nextInt(40)];
            random.nextBytes(garbage);
            return garbage;
        }
        List<GeneralName> names = new ArrayList<>();
        names.add(dns(random.nextInt(5) == 0 ? anyName() : "node-a"));
        if (random.nextInt(4) == 0) {
            byte[] address = new byte[random.nextBoolean() ? 4 : random.nextInt(20)];
            random.nextBytes(address);
            names.add(new GeneralName(GeneralName.iPAddress, new DEROctetString(address)));
        }
        if (random.nextInt(10) == 0) {
            names.add(
                    new GeneralName(
                            GeneralName.uniformResourceIdentifier, new DERIA5String(anyName())));
        }
        return new GeneralNames(names.toArray(GeneralName[]::new)).getEncoded();
    }

    private static byte[] names(String dnsName) throws Exception {
        return new GeneralNames(dns(dnsName)).getEncoded();
    }

    private static GeneralName dns(String name) {
        return new GeneralName(GeneralName.dNSName, new DERIA5String(name));
    }

    private static X500Name subject(RDN... parts) {
        return new X500Name(parts);
    }

    private static RDN rdn(ASN1ObjectIdentifier type, ASN1Encodable value) {
        return new RDN(type, value);
    }

    private static RDN organization() {
        return rdn(BCStyle.O, new DERUTF8String("podmigration:agents"));
    }
}
