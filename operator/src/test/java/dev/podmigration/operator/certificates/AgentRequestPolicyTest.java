package dev.podmigration.operator.certificates;

import static dev.podmigration.operator.certificates.SigningRequests.AGENT;
import static dev.podmigration.operator.certificates.SigningRequests.ORGANIZATION;
import static dev.podmigration.operator.certificates.SigningRequests.address;
import static dev.podmigration.operator.certificates.SigningRequests.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;

import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
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
                        objection(
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
                        objection(
                                AGENT,
                                "node-a",
                                "CN=node-a," + ORGANIZATION,
                                dns("node-a"),
                                address("2001:0db8:0:0::7")))
                .isEmpty();
    }

    @Test
    void anAgentGetsNoneForAnotherNode() throws Exception {
        assertThat(objection(AGENT, "node-b", "CN=node-a," + ORGANIZATION, dns("node-a")))
                .get()
                .asString()
                .contains("node-b");
    }

    @Test
    void anotherAccountGetsNone() throws Exception {
        assertThat(
                        objection(
                                "system:serviceaccount:default:somebody",
                                "node-a",
                                "CN=node-a," + ORGANIZATION,
                                dns("node-a")))
                .isPresent();
    }

    @Test
    void aTokenThatIsBoundToNoNodeGetsNone() throws Exception {
        assertThat(objection(AGENT, "", "CN=node-a," + ORGANIZATION, dns("node-a"))).isPresent();
        assertThat(objection(AGENT, "", ORGANIZATION, dns("node-a"))).isPresent();
    }

    @Test
    void theSubjectHoldsNothingElse() throws Exception {
        assertThat(objection(AGENT, "node-a", "CN=node-a,O=system:masters", dns("node-a")))
                .isPresent();
        assertThat(
                        objection(
                                AGENT,
                                "node-a",
                                "CN=node-a,O=system:masters," + ORGANIZATION,
                                dns("node-a")))
                .isPresent();
        assertThat(objection(AGENT, "node-a", "CN=node-a,OU=x," + ORGANIZATION, dns("node-a")))
                .isPresent();
    }

    @Test
    void namesAndAddressesAreThoseOfTheNode() throws Exception {
        String subject = "CN=node-a," + ORGANIZATION;
        assertThat(objection(AGENT, "node-a", subject, dns("node-a"), dns("kubernetes.default")))
                .isPresent();
        assertThat(objection(AGENT, "node-a", subject, dns("node-a"), address("192.0.2.8")))
                .isPresent();
        assertThat(objection(AGENT, "node-a", subject, address("192.0.2.7"))).isPresent();
        assertThat(
                        objection(
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
        assertThat(objection(pem, AGENT, NODE, "client auth")).isPresent();
        assertThat(objection(pem, AGENT, NODE, "client auth", "server auth", "cert sign"))
                .isPresent();
        assertThat(objection(pem, AGENT, NODE, "client auth", "server auth", "digital signature"))
                .isEmpty();
    }

    @Test
    void aNodeThatDoesNotExistGetsNone() throws Exception {
        String pem = SigningRequests.pem("CN=node-a," + ORGANIZATION, dns("node-a"));
        assertThat(objection(pem, AGENT, null, "client auth", "server auth")).isPresent();
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
                .isInstanceOf(IOException.class)
                .hasMessageContaining("signature");
    }

    @Test
    void whatIsNoRequestIsNotRead() {
        assertThatThrownBy(() -> AgentRequest.parse("-----BEGIN X-----\nMAA=\n-----END X-----\n"))
                .isInstanceOf(IOException.class);
    }

    private Optional<String> objection(
            String user, String nodeOfUser, String subject, GeneralName... names) throws Exception {
        String pem = SigningRequests.pem(subject, names);
        return policy.objection(
                SigningRequests.object(pem, user, nodeOfUser, "client auth", "server auth"),
                AgentRequest.parse(pem),
                NODE);
    }

    private Optional<String> objection(
            String pem, String user, @Nullable Node node, String... usages) throws Exception {
        return policy.objection(
                SigningRequests.object(pem, user, "node-a", usages), AgentRequest.parse(pem), node);
    }
}
