package dev.podmigration.operator.certificates;

import static dev.podmigration.operator.certificates.SigningRequests.AGENT;
import static dev.podmigration.operator.certificates.SigningRequests.ORGANIZATION;
import static dev.podmigration.operator.certificates.SigningRequests.address;
import static dev.podmigration.operator.certificates.SigningRequests.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.podmigration.operator.certificates.RequestRefusal.Reason;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;

import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.Optional;

class AgentRequestPolicyTest {

    private static final Node NODE =
            new NodeBuilder()
                    .withNewMetadata()
                    .withName("node-a")
                    .endMetadata()
                    .withNewStatus()
                    .addNewAddress("192.0.2.7", "InternalIP")
                    .addNewAddress("2001:db8::7", "InternalIP")
                    .addNewAddress("node-a.example.org", "Hostname")
                    .endStatus()
                    .build();

    private final AgentRequestPolicy policy = new AgentRequestPolicy(AGENT);

    @Test
    void anAgentGetsACertificateForItsNode() throws Exception {
        assertThat(
                        refusal(
                                AGENT,
                                "node-a",
                                "CN=node-a," + ORGANIZATION,
                                dns("node-a"),
                                address("192.0.2.7")))
                .isEmpty();
    }

    @Test
    void anAddressMayBeSpelledInAnyWay() throws Exception {
        assertThat(
                        refusal(
                                AGENT,
                                "node-a",
                                "CN=node-a," + ORGANIZATION,
                                dns("node-a"),
                                address("2001:0db8:0:0::7")))
                .isEmpty();
    }

    @Test
    void anAgentGetsNoneForAnotherNode() throws Exception {
        assertThat(refusal(AGENT, "node-b", "CN=node-a," + ORGANIZATION, dns("node-a")))
                .get()
                .asString()
                .contains("node-b");
    }

    @Test
    void anotherAccountGetsNone() throws Exception {
        assertThat(
                        refusal(
                                "system:serviceaccount:default:somebody",
                                "node-a",
                                "CN=node-a," + ORGANIZATION,
                                dns("node-a")))
                .isPresent();
    }

    @Test
    void aTokenThatIsBoundToNoNodeGetsNone() throws Exception {
        assertThat(refusal(AGENT, "", "CN=node-a," + ORGANIZATION, dns("node-a"))).isPresent();
        assertThat(refusal(AGENT, "", ORGANIZATION, dns("node-a"))).isPresent();
    }

    @Test
    void theSubjectHoldsNothingElse() throws Exception {
        assertThat(refusal(AGENT, "node-a", "CN=node-a,O=system:masters", dns("node-a")))
                .isPresent();
        assertThat(
                        refusal(
                                AGENT,
                                "node-a",
                                "CN=node-a,O=system:masters," + ORGANIZATION,
                                dns("node-a")))
                .isPresent();
        assertThat(refusal(AGENT, "node-a", "CN=node-a,OU=x," + ORGANIZATION, dns("node-a")))
                .isPresent();
    }

    @Test
    void namesAndAddressesAreThoseOfTheNode() throws Exception {
        String subject = "CN=node-a," + ORGANIZATION;
        assertThat(refusal(AGENT, "node-a", subject, dns("node-a"), dns("kubernetes.default")))
                .isPresent();
        assertThat(refusal(AGENT, "node-a", subject, dns("node-a"), address("192.0.2.8")))
                .isPresent();
        assertThat(refusal(AGENT, "node-a", subject, address("192.0.2.7"))).isPresent();
        assertThat(
                        refusal(
                                AGENT,
                                "node-a",
                                subject,
                                dns("node-a"),
                                new GeneralName(
                                        GeneralName.uniformResourceIdentifier, "spiffe://x")))
                .isPresent();
    }

    @Test
    void usagesAreThoseOfAClientAndAServer() throws Exception {
        String pem = SigningRequests.pem("CN=node-a," + ORGANIZATION, dns("node-a"));
        assertThat(refusal(pem, AGENT, NODE, "client auth")).isPresent();
        assertThat(refusal(pem, AGENT, NODE, "client auth", "server auth", "cert sign"))
                .isPresent();
        assertThat(refusal(pem, AGENT, NODE, "client auth", "server auth", "digital signature"))
                .isEmpty();
    }

    @Test
    void aNodeThatDoesNotExistGetsNone() throws Exception {
        String pem = SigningRequests.pem("CN=node-a," + ORGANIZATION, dns("node-a"));
        assertThat(refusal(pem, AGENT, null, "client auth", "server auth")).isPresent();
    }

    @Test
    void everyRefusalHasItsReason() throws Exception {
        String subject = "CN=node-a," + ORGANIZATION;
        String pem = SigningRequests.pem(subject, dns("node-a"));
        assertThat(refusal("somebody", "node-a", subject, dns("node-a")))
                .map(RequestRefusal::reason)
                .contains(Reason.NotAnAgent);
        assertThat(refusal(AGENT, "node-b", subject, dns("node-a")))
                .map(RequestRefusal::reason)
                .contains(Reason.OtherNode);
        assertThat(refusal(pem, AGENT, NODE, "client auth"))
                .map(RequestRefusal::reason)
                .contains(Reason.NotForAnAgent);
        assertThat(refusal(pem, AGENT, null, "client auth", "server auth"))
                .map(RequestRefusal::reason)
                .contains(Reason.NoSuchNode);
        assertThat(refusal(AGENT, "node-a", "CN=../node-a," + ORGANIZATION, dns("node-a")))
                .map(RequestRefusal::reason)
                .contains(Reason.MalformedName);
    }

    @Test
    void aRequestSignedWithAnotherKeyIsNotRead() throws Exception {
        String one = SigningRequests.pem("CN=node-a," + ORGANIZATION, dns("node-a"));
        byte[] der =
                Pem.read(one, org.bouncycastle.pkcs.PKCS10CertificationRequest.class).getEncoded();
        // A letter of the subject, which the signature covers.
        int at = new String(der, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("node-a");
        der[at] = 'm';
        String forged = Pem.write(new org.bouncycastle.pkcs.PKCS10CertificationRequest(der));

        assertThatThrownBy(() -> AgentRequest.parse(forged))
                .isInstanceOfSatisfying(
                        RequestRefusedException.class,
                        refused ->
                                assertThat(refused.refusal().reason()).isEqualTo(Reason.Unreadable))
                .hasMessageContaining("signature");
    }

    @Test
    void whatIsNoRequestIsNotRead() {
        assertThatThrownBy(() -> AgentRequest.parse("-----BEGIN X-----\nMAA=\n-----END X-----\n"))
                .isInstanceOf(RequestRefusedException.class);
        assertThatThrownBy(() -> AgentRequest.decode("no base64 at all"))
                .isInstanceOf(RequestRefusedException.class);
    }

    private Optional<RequestRefusal> refusal(
            String user, String nodeOfUser, String subject, GeneralName... names) throws Exception {
        String pem = SigningRequests.pem(subject, names);
        return refusal(
                pem,
                NODE,
                SigningRequests.object(pem, user, nodeOfUser, "client auth", "server auth"));
    }

    private Optional<RequestRefusal> refusal(
            String pem, String user, @Nullable Node node, String... usages) {
        return refusal(pem, node, SigningRequests.object(pem, user, "node-a", usages));
    }

    private Optional<RequestRefusal> refusal(
            String pem, @Nullable Node node, CertificateSigningRequest request) {
        try {
            return policy.refusal(request, AgentRequest.parse(pem), node);
        } catch (RequestRefusedException e) {
            return Optional.of(e.refusal());
        }
    }
}
